// What the gateway answers, before it becomes a Response: in the API's own envelope, so that a client reads it like the API's.

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {number | string} code The envelope's, which may tell of an error under status 200.
 * @property {string} body JSON.
 * @property {string | null} [picture] Where the task's picture is; null for none, and missing where no task was found.
 * @property {Record<string, string>} [headers]
 * @property {number} [keepMs] How long the next callers may be given the same; not at all where it is missing.
 * @property {number} [seenAt] When the API said so, in ms since the epoch; missing where it said nothing of a task.
 */

/**
 * What an upstream's reply meant, for the package's own client, to which status and code do not say everything: the
 * kind of its `TaskError`, the core's class for what a wait does about it, and the sentence on it where that is not the
 * envelope's `msg`.
 *
 * @typedef {{ kind: string, retry: string, reason?: string }} Meaning
 */

/**
 * A refusal or a failure.
 *
 * @param {number} status An upstream's may be none that a Response can have.
 * @param {string} msg What happened, and what to do next.
 * @param {{ code?: number | string, headers?: Record<string, string>, meaning?: Meaning }} [more] `code` where it is not the status.
 * @returns {Answer}
 */
export function refusal(status, msg, { code = status, headers = {}, meaning } = {}) {
  const fit = status >= 400 && status <= 599;
  const body = JSON.stringify({ code, msg, data: null, ...meaning });
  return { status: status >= 200 && status < 300 ? 200 : fit ? status : 502, code, body, headers };
}

/**
 * Says that the gateway has nothing at this path. It is no envelope of the API, whose 404 means an unknown task: a
 * client that asks a wrong path learns that there is no such API, and does not wait for a task to appear.
 *
 * @param {string} error
 * @returns {Answer}
 */
export function nothingHere(error) {
  return { status: 404, code: 404, body: JSON.stringify({ error }) };
}

/** @param {number} ms */
export const retryAfter = (ms) => ({ "Retry-After": String(Math.ceil(ms / 1_000)) });

/**
 * @param {Answer} answer
 * @param {Record<string, string>} headers
 */
export function response({ status, body, headers: own = {}, seenAt }, headers) {
  const fixed = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
  /** @type {Record<string, string>} */
  const age = seenAt === undefined ? {} : { Age: String(Math.max(0, Math.floor((Date.now() - seenAt) / 1_000))) };
  return new Response(body, { status, headers: { ...fixed, ...age, ...headers, ...own } });
}
