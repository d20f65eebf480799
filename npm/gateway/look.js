// How a poll goes to the API, with the key, and what its outcome is told as. The package's own core sends it and reads
// the reply; here its reading becomes the API's envelope again.
import { refusal, retryAfter } from "./answer.js";
import { holdsKey } from "../echo.js";
import { reasonOf } from "../thrown.js";
import { sentenceOn, withoutApiText } from "./own-text.js";

/** @typedef {import("../../src/types.d.ts").TaskDetails} TaskDetails */
/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */
/** @typedef {import("./answer.js").Answer} Answer */

const REQUEST_MS = 15_000;
/** A result stays what it is; its original dies after ten minutes. */
export const KEEP_RESULT_MS = 300_000;
const KEEP_PENDING_MS = 1_000;
/** By "no API key" the core knows that waiting is of no use. */
const NO_KEY = "The gateway has no API key, or what it has cannot be one: set its option apiKey (in a Worker: npx wrangler secret put NANOBANANA_API_KEY)";
const KEY_THREW = "The gateway's apiKey function threw";

/** The core's class of a failure, as task-error.js keeps it. */
const RETRY = Symbol.for("nanobanana-task/retry");
/** How the core's sentence on a success without an image begins. */
const WITHOUT_IMAGE = "The API calls the task a success";

/** What callers are told where the API's address is wrong, or its certificate. */
const HOPELESS =
  "The gateway could not reach the API, whose name does not exist or whose TLS or certificate is refused: " +
  "whoever runs the gateway has to check its option upstream and its network";
/** Reasons that the owner has been told. There are never many. @type {Set<string>} */
const told = new Set();
const MOST_TOLD = 10;

/** What a header takes, as the core has it. */
const KEY = /^[!-~]+$/;

/** The key of the last request. @typedef {{ key: string }} Sent */

/** Stands for whatever the owner's apiKey function threw: that may hold anything, and so goes nowhere. */
const KEY_FAILED = new Error("The apiKey function threw");

/** What of the API's words goes on to callers. @typedef {{ paramJson: boolean, apiMessages: boolean }} Handing */

/**
 * The answer, unless it repeats the key: the core leaves an id, a URL and parameters as they came.
 *
 * @template {Answer} A
 * @param {A} answer
 * @param {Sent} sent
 * @returns {A | Answer}
 */
export function keyless(answer, { key }) {
  return holdsKey(answer.body, key) ? refusal(502, "The API's reply repeats the API key, and so the gateway keeps it back") : answer;
}

/**
 * How every look upstream is sent.
 *
 * @param {import("./options.js").Settings["apiKey"]} apiKey
 * @param {string | URL} upstream
 * @param {Sent} sent
 */
export function connectionOf(apiKey, upstream, sent) {
  const keyFor = async () => {
    const key = typeof apiKey === "function" ? await asked(apiKey) : (apiKey ?? "");
    if (typeof key === "string") sent.key = key.trim();
    return key;
  };
  return { baseUrl: upstream, requestTimeoutMs: REQUEST_MS, apiKey: apiKey ? keyFor : "" };
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
 * @param {Handing} handing
 * @returns {Answer}
 */
export function found(details, handing) {
  const { taskId, successFlag, operationType, createTime, completeTime, errorCode, errorMessage } = details;
  const response = details.response && { originImageUrl: details.response.originImageUrl, resultImageUrl: details.response.resultImageUrl };
  const told = handing.apiMessages ? { operationType, createTime, completeTime, errorCode, errorMessage } : withoutApiText(details);
  const times = {
    createTime: timeAsSent(told.createTime, details.createdAt),
    completeTime: timeAsSent(told.completeTime, details.completedAt),
  };
  const data = { taskId, successFlag, response, ...told, ...times, ...(handing.paramJson && { paramJson: details.paramJson }) };
  const body = JSON.stringify({ code: 200, msg: "success", data });
  const keepMs = hasEnded(details.status) ? KEEP_RESULT_MS : KEEP_PENDING_MS;
  return { status: 200, code: 200, body, picture: response?.resultImageUrl ?? null, keepMs, seenAt: Date.now() };
}

/**
 * A time before the epoch came as a number: the core, which tells it as a text, reads no such text.
 *
 * @param {string | null} text
 * @param {Date | null} at
 */
function timeAsSent(text, at) {
  return at && text?.startsWith("-") ? at.getTime() : text;
}

/** @param {TaskDetails["status"] | undefined} status */
export function hasEnded(status) {
  return status !== "GENERATING" && status !== "UNKNOWN";
}

/**
 * A look that brought no task, so that a client makes of it what it would make of the API's own answer.
 *
 * @param {TaskError} error
 * @param {Handing} handing
 * @returns {Answer}
 */
export function failed(error, { apiMessages }) {
  const { kind, taskId, httpStatus, code, apiMessage, retryAfterMs } = error;
  const headers = retryAfterMs === null ? {} : retryAfter(retryAfterMs);
  if (kind === "invalid-argument") return taskId === "" ? refusal(400, error.message) : refusal(500, NO_KEY);
  // A page is not shown the status of a redirect, nor is whatever else behaves like one.
  if (httpStatus === null && kind !== "invalid-reply") return unreached(error);
  if (isWithoutImage(error)) return withoutImage(taskId, apiMessages ? apiMessage : "", headers);
  const sentence = sentenceOn(error);
  const msg = (apiMessages && apiMessage) || sentence;
  const meaning = { kind, retry: retryOf(error), ...(msg !== sentence && { reason: sentence }) };
  // Where what answered is not the API, the API has refused nothing.
  const isProxy = kind === "forbidden" && meaning.retry !== "final";
  const status = httpStatus === null || kind === "invalid-reply" || isProxy ? 502 : httpStatus;
  return refusal(status, msg, { code: code ?? status, headers, meaning });
}

/** Whether the API calls the task a success but names no image. @param {TaskError} error */
function isWithoutImage({ kind, message }) {
  return kind === "invalid-reply" && message.startsWith(WITHOUT_IMAGE);
}

/**
 * @param {string} taskId
 * @param {string} msg
 * @param {Record<string, string>} headers
 * @returns {Answer}
 */
function withoutImage(taskId, msg, headers) {
  const data = { taskId, successFlag: 1, response: null };
  return { status: 200, code: 200, body: JSON.stringify({ code: 200, msg, data }), headers };
}

/**
 * What a wait does about it, in the core's own word.
 *
 * @param {TaskError} error
 * @returns {string}
 */
function retryOf(error) {
  return /** @type {any} */ (error)[RETRY];
}

/** @param {TaskError} error */
function unreached({ kind, cause }) {
  if (cause === KEY_FAILED) return refusal(500, KEY_THREW);
  const isSlow = kind === "timed-out" || cause === undefined;
  if (isSlow) return refusal(504, "The API did not answer in time");
  const { text, isHopeless } = reasonOf(cause, "");
  if (!isHopeless) return refusal(502, "The API could not be reached");
  tellOwner(String(text));
  return refusal(502, HOPELESS, { meaning: { kind: "server", retry: "passing-once-seen" } });
}

/**
 * Tells the gateway's owner once what is wrong with the API's address. Callers are not told.
 *
 * @param {string} reason
 */
function tellOwner(reason) {
  if (told.has(reason) || told.size >= MOST_TOLD) return;
  told.add(reason);
  console.error(`nanobanana-task gateway: the API cannot be reached, check the option upstream: ${reason}`);
}
