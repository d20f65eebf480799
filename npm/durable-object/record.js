// What an object knows of its task, as it stores it: it may be evicted after each look, and nothing of it is only in memory.

/** @typedef {import("./step.js").Step} Step */
/** @typedef {import("./step.js").History} History */

/**
 * @typedef {object} Known
 * @property {string} taskId An object is not told its own name in every runtime.
 * @property {Step["handle"]} handle
 * @property {Step["answer"] | null} answer The last look's; null before the first.
 * @property {number} version Grows with each change of the answer, so that every watcher's socket can say what it has heard.
 * @property {number} lookedAt
 * @property {number} nextLookAt Nobody's question makes a look before.
 * @property {Step["end"]} end
 * @property {History} history What the next failure is judged by.
 */

/** The least between two looks, as the core has it, whoever wants one. */
export const MIN_GAP_MS = 800;
/** @type {History} */
const NONE = { seen: 0, failures: 0, limited: 0 };

/** @param {string} taskId @param {number} now @returns {Known} */
export function begun(taskId, now) {
  return { taskId, handle: null, answer: null, version: 0, lookedAt: now, nextLookAt: now, end: null, history: NONE };
}

/**
 * What it knows after a look.
 *
 * @param {Known} before
 * @param {Step} step
 * @param {number} now
 * @returns {Known}
 */
export function after({ taskId, answer: known, version }, { answer, handle, pauseMs, end, history }, now) {
  return {
    taskId,
    handle,
    answer,
    version: known?.body === answer.body ? version : version + 1,
    lookedAt: now,
    nextLookAt: now + Math.max(pauseMs, MIN_GAP_MS),
    end,
    // What begins after an end begins anew.
    history: history ?? NONE,
  };
}
