// One look upstream, with the key. The package's own core sends it and reads the reply; here its reading becomes the API's envelope again.
import { refusal, retryAfter } from "./answer.js";
import { readText } from "./read-text.js";

/** @typedef {import("../../src/types.d.ts").TaskDetails} TaskDetails */
/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */
/** @typedef {import("./answer.js").Answer} Answer */

const REQUEST_MS = 15_000;
/** A reply with the longest prompt has some 50 kB. */
const MOST_BYTES = 1_048_576;
/** A result stays what it is; its original dies after ten minutes. */
export const KEEP_RESULT_MS = 300_000;
const KEEP_PENDING_MS = 1_000;
/** By "no API key" the core knows that waiting is of no use. */
const NO_KEY = "The gateway has no API key, or what it has cannot be one: set its option apiKey (in a Worker: npx wrangler secret put NANOBANANA_API_KEY)";
const KEY_THREW = "The gateway's apiKey function threw";
const REDIRECTED = "The API's address redirects, and the key is not sent elsewhere: set the gateway's option upstream to where it really answers";

/** By this the core tells a success that names no picture from a reply that is not the API's. */
const NO_PICTURE = "The API calls the task a success";

/** What a header takes, as the core has it. */
const KEY = /^[!-~]+$/;

/** Stands for whatever the owner's apiKey function threw: that may hold anything, and so goes nowhere. */
const KEY_FAILED = new Error("The apiKey function threw");

/**
 * @param {typeof import("../../src/types.d.ts").getTaskDetails} getTaskDetails
 * @param {import("./options.js").Settings} settings
 */
export function createLook(getTaskDetails, { apiKey, paramJson, upstream }) {
  const connection = connectionOf(apiKey, upstream);
  /** @param {string} taskId @returns {Promise<Answer>} */
  return async function look(taskId) {
    try {
      return found(await getTaskDetails(taskId, connection), paramJson);
    } catch (error) {
      return failed(/** @type {TaskError} */ (error));
    }
  };
}

/**
 * How every look upstream is sent.
 *
 * @param {import("./options.js").Settings["apiKey"]} apiKey
 * @param {string | URL} upstream
 */
export function connectionOf(apiKey, upstream) {
  return {
    baseUrl: upstream,
    requestTimeoutMs: REQUEST_MS,
    fetch: bounded,
    apiKey: typeof apiKey === "function" ? () => asked(apiKey) : (apiKey ?? ""),
  };
}

/**
 * The key, for what else is made with it, or the refusal where there is none.
 *
 * @param {Pick<import("./options.js").Settings, "apiKey">} settings
 * @returns {Promise<string | Answer>}
 */
export async function keyOf({ apiKey }) {
  try {
    const key = typeof apiKey === "function" ? await apiKey() : apiKey;
    return typeof key === "string" && KEY.test(key.trim()) ? key : refusal(500, NO_KEY);
  } catch {
    return refusal(500, KEY_THREW);
  }
}

/** @param {() => string | Promise<string>} apiKey */
async function asked(apiKey) {
  try {
    return await apiKey();
  } catch {
    throw KEY_FAILED;
  }
}

/**
 * @param {TaskDetails} details
 * @param {boolean} withParamJson
 * @returns {Answer}
 */
export function found({ taskId, successFlag, operationType, createTime, completeTime, errorCode, errorMessage, ...task }, withParamJson) {
  const response = task.response && { originImageUrl: task.response.originImageUrl, resultImageUrl: task.response.resultImageUrl };
  const data = { taskId, successFlag, operationType, createTime, completeTime, response, errorCode, errorMessage };
  const body = JSON.stringify({ code: 200, msg: "success", data: withParamJson ? { ...data, paramJson: task.paramJson } : data });
  return { status: 200, code: 200, body, picture: response?.resultImageUrl ?? null, keepMs: hasEnded(task.status) ? KEEP_RESULT_MS : KEEP_PENDING_MS };
}

/** @param {TaskDetails["status"] | undefined} status */
export function hasEnded(status) {
  return status !== "GENERATING" && status !== "UNKNOWN";
}

/**
 * A look that brought no task, so that a client makes of it what it would make of the API's own answer.
 *
 * @param {TaskError} error
 * @returns {Answer}
 */
export function failed(error) {
  const { kind, taskId, httpStatus, code, apiMessage, retryable, retryAfterMs } = error;
  const headers = retryAfterMs === null ? {} : retryAfter(retryAfterMs);
  if (kind === "invalid-argument") return taskId === "" ? refusal(400, error.message) : refusal(500, NO_KEY);
  if (kind === "invalid-reply") return unreadable(error, headers);
  if (httpStatus === null) return unreached(error);
  // A proxy's own refusal is none of the API's, and passes.
  if (httpStatus === 403 && retryable) return refusal(502, "A proxy before the API turned the gateway away", { headers });
  // Where the gateway looks is nobody's business.
  const says = apiMessage || error.message.replace(/ \(.*/s, "");
  // Without an envelope it was something in front of the API that answered, and the client is to see that.
  if (code === null && retryable && httpStatus < 500) return { status: httpStatus, code: httpStatus, body: JSON.stringify({ message: says }), headers };
  return refusal(httpStatus, says, { code: code ?? httpStatus, headers });
}

/**
 * @param {TaskError} error
 * @param {Record<string, string>} headers
 */
function unreadable({ taskId, httpStatus, message }, headers) {
  if (httpStatus === null || (httpStatus >= 300 && httpStatus < 400)) return refusal(502, REDIRECTED);
  // A success that names no picture. The client decides how long to wait for that.
  if (message.startsWith(NO_PICTURE)) {
    const data = { taskId, successFlag: 1, response: null };
    return { status: 200, code: 200, body: JSON.stringify({ code: 200, msg: "success", data }) };
  }
  return refusal(502, "What answered is not the API: if it stays so, check the gateway's option upstream", { headers });
}

/** @param {TaskError} error */
function unreached({ kind, cause }) {
  if (cause === KEY_FAILED) return refusal(500, KEY_THREW);
  const isSlow = kind === "timed-out" || cause === undefined;
  return isSlow ? refusal(504, "The API did not answer in time") : refusal(502, "The API could not be reached");
}

/**
 * Sends a look, and reads no more of the reply than one may have.
 *
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<any>}
 */
async function bounded(url, init) {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return { status, headers, text: () => (isShort(headers) ? response.text() : textOf(response)) };
}

/** @param {Response} response */
async function textOf({ body }) {
  const text = await readText(body, MOST_BYTES);
  if (text === null) throw new Error("reply too large");
  return text;
}

/** Whether the reply ends in time by itself: the runtime holds it to the length that it names. What is packed may become any length. */
function isShort(/** @type {Headers} */ headers) {
  const length = headers.get("Content-Length");
  return length !== null && Number(length) <= MOST_BYTES && !headers.has("Content-Encoding");
}
