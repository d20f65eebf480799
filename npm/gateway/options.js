// The gateway's options, checked once, when it is created: a mistake in them is found at the start and not by the first visitor.
import { mistake } from "../api.js";

/** @typedef {import("../gateway.d.ts").GatewayOptions} GatewayOptions */

/**
 * The checked options.
 *
 * @typedef {object} Settings
 * @property {GatewayOptions["apiKey"]} apiKey
 * @property {Set<string> | "*"} origins
 * @property {NonNullable<GatewayOptions["authorize"]> | undefined} authorize
 * @property {number} perMinute
 * @property {number} perSecond
 * @property {number | string | undefined} trustProxy How many proxies, or the header of one; 0 for none.
 * @property {NonNullable<GatewayOptions["callerId"]> | undefined} callerId
 * @property {boolean} cache
 * @property {boolean} paramJson
 * @property {boolean} apiMessages
 * @property {{ hosts: Set<string>, isPublic: boolean } | null} picture The picture route's hosts; none for every public one.
 * @property {string | URL} upstream
 * @property {string} basePath Without a slash at its end.
 * @property {GatewayOptions["tasks"]} tasks
 */

/** The service itself, as the core has it; named here because a page's gateway would otherwise take the page's own origin. */
export const API = "https://api.nanobananaapi.ai";
/** A page that waits looks up to 60 times a minute, as a rule far less; this leaves room for several behind one address. */
const PER_MINUTE = 300;
/** A sister of the API takes ten status queries a second of a key. Half of that leaves room for others who use the key. */
const PER_SECOND = 5;

/**
 * @param {GatewayOptions} [options]
 * @returns {Settings}
 */
export function settingsOf(options) {
  if (typeof options !== "object" || options === null) throw mistake("createGateway takes its options as an object: { apiKey }");
  const { apiKey, allowedOrigins = [], authorize, maxRequestsPerMinute = PER_MINUTE, callerId } = options;
  const { cache = true, paramJson = false, apiMessages = false, picture = false, upstream: given, tasks, basePath = "" } = options;
  const { maxRequestsPerSecond, trustProxy } = options;
  const upstream = given ?? API;
  need(plainUrl(upstream) !== null, "upstream must be an http(s) URL; it may have a path, but no user, query or fragment");
  need(allowedOrigins === "*" || Array.isArray(allowedOrigins), 'allowedOrigins must be a list of origins, or "*"');
  need(authorize === undefined || typeof authorize === "function", "authorize must be a function");
  need(callerId === undefined || typeof callerId === "function", "callerId must be a function");
  need(typeof maxRequestsPerMinute === "number" && maxRequestsPerMinute > 0, "maxRequestsPerMinute must be a number above 0; Infinity for no limit");
  need(maxRequestsPerSecond === undefined || (typeof maxRequestsPerSecond === "number" && maxRequestsPerSecond > 0), "maxRequestsPerSecond must be a number above 0; Infinity for no limit");
  need(isTrust(trustProxy), "trustProxy must be the number of proxies before the gateway, or the name of the header that one of them sets");
  const flags = [cache, paramJson, apiMessages];
  need(flags.every((flag) => typeof flag === "boolean"), "cache, paramJson and apiMessages must be true or false");
  const image = typeof picture === "object" && picture !== null ? picture : {};
  const { hosts = [], public: isPublic = false } = image;
  need(typeof picture === "boolean" || image === picture, "picture must be true, false or an object: { hosts, public }");
  need(Array.isArray(hosts) && (image.hosts === undefined || hosts.length > 0), "picture's hosts must be a list of one host or more");
  need(hosts.every(isHost), "each of picture's hosts must be a host name, like pictures.example, with a port where that is not 80 or 443");
  need(typeof isPublic === "boolean", "picture's public must be true or false");
  need(!isPublic || authorize === undefined, "picture's public does not go with authorize: a shared cache asks nobody");
  need(tasks === undefined || typeof tasks?.idFromName === "function", "tasks must be the binding of a Durable Object: see wrangler.jsonc");
  // What an object stores is not to hold anybody's prompt.
  need(tasks === undefined || !paramJson, "paramJson does not go with tasks");
  need(tasks === undefined || !apiMessages, "apiMessages does not go with tasks: set it on the object's class");
  // It would be asked by nobody.
  need(tasks === undefined || given === undefined, "upstream does not go with tasks: set NANOBANANA_BASE_URL in the object's environment");
  // Each object polls for itself.
  need(tasks === undefined || maxRequestsPerSecond === undefined, "maxRequestsPerSecond does not go with tasks: each task's object polls by itself");
  need(isPath(basePath), "basePath must be a path as URLs spell it, like /api/images, or empty");
  return {
    apiKey,
    origins: allowedOrigins === "*" ? "*" : new Set(allowedOrigins.map(originOf)),
    authorize,
    perMinute: maxRequestsPerMinute,
    perSecond: maxRequestsPerSecond ?? PER_SECOND,
    trustProxy,
    callerId,
    cache,
    paramJson,
    apiMessages,
    picture: picture === false ? null : { hosts: new Set(hosts), isPublic },
    upstream,
    basePath: basePath.replace(/\/$/, ""),
    tasks,
  };
}

/** @param {unknown} given */
function isTrust(given) {
  if (typeof given === "number") return Number.isInteger(given) && given >= 0;
  return given === undefined || (typeof given === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(given));
}

/** @param {unknown} given */
function isPath(given) {
  return given === "" || (typeof given === "string" && /^\/(?!\/)/.test(given) && new URL(given, "http://x.example").pathname === given);
}

/**
 * Where something answers: an http(s) URL that may have a path, and has nothing else; null for any other.
 *
 * @param {unknown} given
 */
export function plainUrl(given) {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  return isPlain ? url : null;
}

/** As a URL has it, with or without a port. @param {unknown} name */
function isHost(name) {
  if (typeof name !== "string" || !URL.canParse(`https://${name}`)) return false;
  return [new URL(`https://${name}`), new URL(`http://${name}`)].some(({ host }) => host === name);
}

/** @param {unknown} origin */
function originOf(origin) {
  const url = typeof origin === "string" && URL.canParse(origin) ? new URL(origin) : null;
  need(url !== null && url.origin !== "null" && url.pathname === "/", "each of allowedOrigins must be an origin, like https://app.example");
  return /** @type {URL} */ (url).origin;
}

/**
 * @param {boolean} holds
 * @param {string} message
 */
function need(holds, message) {
  if (!holds) throw mistake(message);
}
