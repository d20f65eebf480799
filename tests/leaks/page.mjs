// @ts-check
/** What a page runs: as many waits as the test asks for, or one for as long as it likes. */

import { waitForTask } from "../../pkg/index.js";
import { figures, watched } from "./watched.mjs";
import { run, running } from "./waits.mjs";

/** @type {Promise<unknown>} */
let held = Promise.resolve();
let letGo = () => {};

/** Begins a wait, which is in its pause when this resolves; what it has then. */
async function hold() {
  const controller = new AbortController();
  watched(controller.signal);
  /** @type {Promise<void>} */
  const pausing = new Promise((resolve) => {
    const onProgress = () => void resolve();
    held = waitForTask("t", { fetch: async () => running, signal: controller.signal, onProgress }).catch(() => {});
  });
  letGo = () => controller.abort();
  await pausing;
  return figures();
}

/** Ends it; what is left. */
async function release() {
  letGo();
  await held;
  return figures();
}

Object.assign(globalThis, { run, hold, release });
