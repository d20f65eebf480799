// What an object knows of its task, as it stores it: it may be evicted after each look, and nothing of it is only in memory.

/** @typedef {import("./step.js").Step} Step */

/**
 * @typedef {object} Known
 * @property {string} taskId An object is not told its own name in every runtime.
 * @property {Step["handle"]} handle
 * @property {Step["answer"] | null} answer The last look's; null before the first.
 * @property {number} version Grows with each change of the answer, so that every watcher's socket can say what it has heard.
 * @property {number} lookedAt
 * @property {number} nextLookAt Nobody's question makes a look before.
 * @property {Step["end"]} end
 * @property {number} failures In a row.
 */

/** The least between two looks, as the core has it, whoever wants one. */
export const MIN_GAP_MS = 800;
/** A third of the core's: one look is everybody's who asks, and each of them pauses as well. */
const LONGEST_PAUSE_MS = 10_000;

/** @param {string} taskId @param {number} now @returns {Known} */
export function begun(taskId, now) {
  return { taskId, handle: null, answer: null, version: 0, lookedAt: now, nextLookAt: now, end: null, failures: 0 };
}

/**
 * What it knows after a look.
 *
 * @param {Known} before
 * @param {Step} step
 * @param {number} now
 * @returns {Known}
 */
export function after({ taskId, answer: known, version, failures }, { answer, handle, pauseMs, end, faulty }, now) {
  // Each look is the first of a wait of its own, which cannot know of the failures before it.
  const longer = faulty ? Math.max(pauseMs, Math.min(pauseMs * 2 ** failures, LONGEST_PAUSE_MS)) : pauseMs;
  return {
    taskId,
    handle,
    answer,
    version: known?.body === answer.body ? version : version + 1,
    lookedAt: now,
    nextLookAt: now + Math.max(longer, MIN_GAP_MS),
    end,
    failures: faulty ? failures + 1 : 0,
  };
}
