// What several callers share: one look at a time for each task, and its answer for as long as that may be kept.
import { keepAlive } from "./context.js";
import { setLatest } from "./latest.js";

/** @typedef {import("./answer.js").Answer} Answer */

const MOST_KEPT = 500;
/** In Cloudflare Workers a look ends with the visitor who brought it about: whoever waits for it has to go on alone. */
const PATIENCE_MS = 16_000;

/**
 * @param {(taskId: string) => Promise<Answer>} look
 * @param {boolean} cache
 */
export function createShared(look, cache) {
  /** @type {Map<string, Promise<Answer>>} */
  const flights = new Map();
  /** @type {Map<string, { answer: Answer, until: number }>} */
  const kept = new Map();

  /** @param {string} taskId */
  async function fly(taskId) {
    const flight = look(taskId).finally(() => {
      if (flights.get(taskId) === flight) flights.delete(taskId);
    });
    flights.set(taskId, flight);
    const got = await flight;
    if (cache && got.keepMs !== undefined) setLatest(kept, taskId, { answer: got, until: Date.now() + got.keepMs }, MOST_KEPT);
    return got;
  }

  /** @param {string} taskId @param {unknown} context @returns {Promise<Answer>} */
  return async function ask(taskId, context) {
    const found = kept.get(taskId);
    if (found && Date.now() < found.until) return found.answer;
    kept.delete(taskId);
    const flight = flights.get(taskId);
    if (flight) return (await within(PATIENCE_MS, flight)) ?? fly(taskId);
    const own = fly(taskId);
    keepAlive(context, own.catch(() => {}));
    return own;
  };
}

/**
 * What a promise brings, or null where it takes too long.
 *
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T | null>}
 */
async function within(ms, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, null)));
  try {
    return await Promise.race([promise, /** @type {Promise<null>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
