// The gateway: a fetch handler that takes a task id, adds the key, and answers as the API does. The key leaves it towards the API alone.
import { nothingHere, refusal, response } from "./answer.js";
import { callbackIn, isGenuine, taskIdIn } from "./callback.js";
import { corsHeaders, isWelcome } from "./caller.js";
import { createCallerOf } from "./caller-id.js";
import { keyOf } from "./look.js";
import { settingsOf } from "./options.js";
import { createPicture, fetchPlainly } from "./picture.js";
import { createLimiter } from "./rate-limit.js";
import { createShared } from "./shared.js";
import { hasHeardAll } from "./stream.js";
import { isTaskId } from "./task-id.js";
import { createTasks } from "./tasks.js";
import { createUpstream } from "./upstream.js";

/** @typedef {import("./answer.js").Answer} Answer */

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const RESULT = "/api/v1/nanobanana/result";
const METHODS = ["GET", "HEAD"];

/**
 * @param {typeof import("../../src/types.d.ts").createClient} createClient
 * @param {import("./picture.js").FetchImage} [fetchImage] Where the runtime can look at the address that a name leads to.
 * @returns {typeof import("../gateway.d.ts").createGateway}
 */
export function createGatewayOver(createClient, fetchImage = fetchPlainly) {
  return function createGateway(options) {
    const settings = settingsOf(options);
    const tasks = settings.tasks && createTasks(settings.tasks);
    const poll = tasks ? polledByObject(createShared(tasks.look, settings.cache)) : createUpstream(createClient, settings);
    const limit = createLimiter(settings.perMinute);
    // Apart from the others: behind one address strangers who are all refused would leave nothing to those who may ask.
    const limitRefused = createLimiter(settings.perMinute);
    const callerOf = createCallerOf(settings);
    const picture = settings.picture && createPicture(settings.picture.hosts, cachingOf(settings), fetchImage);

    /**
     * @param {Request} request
     * @param {URL} url
     * @param {boolean} welcome
     * @param {unknown} context
     * @returns {Promise<Answer | Response>}
     */
    async function answerTo(request, url, welcome, context) {
      const path = pathBelow(settings.basePath, url);
      const callback = callbackIn(path);
      if (tasks && callback !== null) return called(tasks, callback, request, await callerOf(request, context));
      const isResult = picture !== null && path === RESULT;
      if (!isResult && path !== RECORD_INFO) return nothingHere(elsewhere(settings.basePath));
      if (!welcome) return refusal(403, "Pages of this origin may not ask this gateway: see its option allowedOrigins");
      if (request.method === "OPTIONS") return preflight(request);
      if (!METHODS.includes(request.method)) return refusal(405, "Only GET and HEAD here", { headers: { Allow: METHODS.join(", ") } });
      const caller = await callerOf(request, context);
      const refused = await authorized(request);
      if (refused) return limitRefused(caller) ?? refused;
      const tooMuch = limit(caller);
      if (tooMuch) return tooMuch;
      const taskId = taskIdOf(url);
      if (taskId === null) return refusal(400, "Exactly one taskId is needed, as the generate request answered with it");
      if (!isResult && wantsStream(request) && hasHeardAll(request)) return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
      // Whoever holds one costs looks, as one does who polls: two in the first five seconds.
      if (tasks && !isResult && wantsStream(request) && limit(caller) === null) {
        const stream = await tasks.watch(taskId, request.signal, () => limit(caller) === null);
        // Where there is none to be had, the state is, and whoever waits polls.
        if (stream instanceof Response) return stream;
      }
      const answer = await poll(taskId, request.signal, context);
      return isResult ? picture(answer) : answer;
    }

    /**
     * The API is no page and no visitor: its address alone says that it may.
     *
     * @param {NonNullable<typeof tasks>} objects
     * @param {string} secret
     * @param {Request} request
     * @param {string | null} caller
     * @returns {Promise<Answer>}
     */
    async function called(objects, secret, request, caller) {
      if (request.method !== "POST") return refusal(405, "Only POST here", { headers: { Allow: "POST" } });
      const genuine = await isGenuine(secret, () => keyOf(settings));
      if (typeof genuine !== "boolean") return genuine;
      if (!genuine) return limitRefused(caller) ?? refusal(403, "This is no address of callbackUrl with the gateway's key");
      const tooMuch = limit(caller);
      if (tooMuch) return tooMuch;
      const taskId = await taskIdIn(request);
      if (taskId === null) return refusal(400, "A callback names its task as data.taskId");
      return objects.hint(taskId);
    }

    /** @param {Request} request @returns {Promise<Answer | Response | null>} */
    async function authorized(request) {
      if (settings.authorize === undefined) return null;
      const verdict = await settings.authorize(request);
      if (verdict === true) return null;
      // A clone, because an owner may give the same each time.
      return verdict instanceof Response ? verdict.clone() : refusal(403, "This caller may not ask");
    }

    return async function gateway(request, context) {
      const url = new URL(request.url);
      const welcome = isWelcome(request, url, settings.origins);
      const headers = corsHeaders(request, welcome);
      try {
        const answer = await answerTo(request, url, welcome, context);
        const made = answer instanceof Response ? withHeaders(answer, headers) : response(answer, headers);
        if (request.method !== "HEAD") return made;
        // A picture's would go on arriving.
        made.body?.cancel().catch(() => {});
        return new Response(null, made);
      } catch {
        // A hook of the owner's threw. What it threw may hold anything, and so goes nowhere.
        return response(refusal(500, "The gateway's authorize or callerId threw"), headers);
      }
    };
  };
}

/**
 * Who may keep an image. The guard may stand before the gateway, where it is not seen, so that no shared cache may unless
 * the owner says that everybody may have every image.
 *
 * @param {import("./options.js").Settings} settings
 */
function cachingOf({ picture, authorize }) {
  if (picture?.isPublic) return "public, max-age=86400, immutable";
  return authorize === undefined ? "private, max-age=86400, immutable" : "private, no-store";
}

/**
 * The path below the base path; "" for paths that are not below it. Whole paths are compared, so
 * that a guard before the gateway has two spellings to cover: with a slash at the end, which some
 * frameworks redirect to, and without. The request's URL has been normalised before it comes here.
 *
 * @param {string} basePath
 * @param {URL} url
 */
function pathBelow(basePath, { pathname }) {
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length).replace(/\/$/, "") : "";
}

/** @param {string} basePath */
function elsewhere(basePath) {
  const where = `There is nothing here: ask ${basePath}${RECORD_INFO}?taskId=`;
  return basePath === "" ? `${where}, or set the gateway's option basePath to what comes before that path` : where;
}

/**
 * A task's object polls for all that watch, and a visitor that leaves ends no request.
 *
 * @param {ReturnType<typeof createShared>} ask
 * @returns {ReturnType<typeof createUpstream>}
 */
function polledByObject(ask) {
  return (taskId, _, context) => ask(taskId, context);
}

/** @param {URL} url */
function taskIdOf({ searchParams }) {
  const [taskId, ...more] = searchParams.getAll("taskId");
  return more.length === 0 && isTaskId(taskId) ? taskId : null;
}

/**
 * Whether server-sent events are named among the types that the caller takes, and not to say that he takes none.
 *
 * @param {Request} request
 */
function wantsStream({ method, headers }) {
  const types = (headers.get("Accept") ?? "").split(",");
  return method === "GET" && types.some((type) => /^\s*text\/event-stream\s*(;|$)/i.test(type) && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(type));
}

/** @param {Request} request */
function preflight(request) {
  /** @type {Record<string, string>} */
  const headers = { "Access-Control-Allow-Methods": METHODS.join(", "), "Access-Control-Max-Age": "86400" };
  // What a caller sends for `authorize` to see; none of it goes on to the API.
  const wished = request.headers.get("Access-Control-Request-Headers");
  if (wished !== null && /^[\w\-, ]+$/.test(wished)) headers["Access-Control-Allow-Headers"] = wished;
  return new Response(null, { status: 204, headers });
}

/**
 * @param {Response} response
 * @param {Record<string, string>} headers
 */
function withHeaders(response, headers) {
  const made = new Response(response.body, response);
  for (const [name, value] of Object.entries(headers)) {
    if (name === "Vary") made.headers.append(name, value);
    else made.headers.set(name, value);
  }
  return made;
}
