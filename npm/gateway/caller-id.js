// Who a request comes from. An address that a caller can write itself says nothing, and one that
// all visitors share because a proxy stands between them and the gateway says too little to limit
// anybody by.
import { groupsOf, ipv4In, isPublicAddress } from "./address.js";
import { addressOf } from "./caller.js";

/** @typedef {import("./options.js").Settings} Settings */

/** What proxies add to a request. Callers can write them as well. */
const SIGNS_OF_A_PROXY = ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"];
const WARNING =
  "nanobanana-task/gateway: callers cannot be told apart here, so maxRequestsPerMinute is not" +
  " applied, and only each task and the gateway as a whole are limited: set trustProxy to the" +
  " number of proxies before the gateway (0 for none), or callerId";

/**
 * Tells callers apart: a function that gives a name for each, or null where they cannot be told
 * apart.
 *
 * @param {Settings} settings
 * @returns {(request: Request, context: unknown) => Promise<string | null>}
 */
export function createCallerOf({ callerId, trustProxy, perMinute }) {
  let warned = perMinute === Infinity;
  return async function callerOf(request, context) {
    if (callerId !== undefined) return callerId(request, /** @type {any} */ (context));
    const address = callerAddress(request, context, trustProxy);
    if (address !== "") return address;
    if (!warned) console.warn(WARNING);
    warned = true;
    return null;
  };
}

/**
 * The caller's address, where the runtime or a trusted proxy vouches for it; "" for none.
 *
 * @param {Request} request
 * @param {unknown} context
 * @param {Settings["trustProxy"]} [trustProxy]
 */
export function callerAddress(request, context, trustProxy) {
  const peer = plain(addressOf(request, context));
  if (trustProxy !== undefined) return proxied(request.headers, trustProxy) || peer;
  const onCloudflare = globalThis.navigator?.userAgent === "Cloudflare-Workers";
  return onCloudflare || isVisitors(peer, request.headers) ? peer : "";
}

/**
 * Whether an address is likely to be one visitor's. That of a proxy is as a rule of the machine's
 * own network, and proxies say that they are there.
 *
 * @param {string} peer
 * @param {Headers} headers
 */
function isVisitors(peer, headers) {
  return isPublicAddress(peer) && !SIGNS_OF_A_PROXY.some((name) => headers.has(name));
}

/**
 * The address that the outermost of the trusted proxies saw. Each proxy appends the address that it
 * was called from, so that what a caller has forged stands to the left of it. A request with fewer
 * addresses came around the proxies.
 *
 * @param {Headers} headers
 * @param {number | string} trustProxy
 */
function proxied(headers, trustProxy) {
  const [name, hops] =
    typeof trustProxy === "number" ? ["X-Forwarded-For", trustProxy] : [trustProxy, 1];
  const addresses = (headers.get(name) ?? "").split(",");
  // Forwarded names its parts.
  return hops > 0 ? plain((addresses.at(-hops) ?? "").replace(/^.*\bfor=([^;]*).*$/i, "$1")) : "";
}

/**
 * An address in one spelling, without the port and brackets that some write; "" for what is none.
 *
 * @param {string} text
 */
function plain(text) {
  const bare = text.trim().replace(/^"(.*)"$/, "$1");
  const address = bare.replace(/^\[(.*)\]:\d+$/, "$1").replace(/^(\d+(?:\.\d+){3}):\d+$/, "$1");
  const groups = groupsOf(address);
  if (groups === null) return "";
  const bytes = ipv4In(groups);
  return bytes ? bytes.join(".") : groups.map((group) => group.toString(16)).join(":");
}
