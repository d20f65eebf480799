// @ts-check
/** What a page runs: waits that the test begins, what they tell, and what the browser tells of the page. */

import { waitForTask } from "../../pkg/index.js";

/**
 * @typedef {object} Told
 * @property {(number | null)[]} nexts After each look, how long the wait means to pause, in ms.
 * @property {string | null} end How it ended.
 * @property {string} [message] The error's.
 *
 * @typedef {ReturnType<typeof tell>} Page
 */

/** @type {Record<string, Told>} */
const waits = {};
/** @type {Record<string, AbortController>} */
const controllers = {};
/** @type {string[]} */
const events = [];

for (const kind of ["visibilitychange", "freeze", "resume"]) document.addEventListener(kind, () => events.push(`${kind}, ${document.visibilityState}`));
addEventListener("pageshow", ({ persisted }) => persisted && events.push(`pageshow, ${persisted}`));
for (const kind of ["online", "offline"]) addEventListener(kind, () => events.push(kind));

/**
 * @param {string} taskId
 * @param {import("../../pkg/index.js").WaitOptions} options
 */
function begin(taskId, options) {
  /** @type {Told} */
  const told = { nexts: [], end: null };
  waits[taskId] = told;
  const { signal } = (controllers[taskId] = new AbortController());
  void waitForTask(taskId, { pace: "eager", ...options, signal, onProgress: ({ nextLookInMs }) => void told.nexts.push(nextLookInMs) }).then(
    ({ status }) => (told.end = status),
    (error) => Object.assign(told, { end: String(error?.kind ?? error), message: error?.message }),
  );
}

/** @param {string} taskId */
const abort = (taskId) => controllers[taskId]?.abort("over");

const tell = () => ({ waits, events, visibility: document.visibilityState, online: navigator.onLine });

Object.assign(globalThis, { begin, abort, tell });
