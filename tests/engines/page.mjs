// @ts-check
/** What a page runs: all behaviours, over the browser's own fetch and another origin. The test asks it for news until all is done. */

import * as plain from "../../pkg/index.js";
import { logOf, runAll } from "../behaviour/all.mjs";

/** @typedef {import("../behaviour/world.mjs").World} World */
/** @typedef {import("./suite.mjs").News} News */

/** @type {News[]} */
const news = [];
/** @param {News} more */
const say = (more) => void news.push(more);

/**
 * Options that say that this page may have a key, as the behaviours' options do not know where they are. What is no object stays as it is.
 * @param {any} options
 */
function allowed(options) {
  try {
    if (typeof options !== "object" || options === null || Array.isArray(options)) return options;
  } catch {
    // A proxy that has been revoked.
    return options;
  }
  // Members as they are: a getter of the caller's stays one.
  return Object.create(Object.getPrototypeOf(options), {
    ...Object.getOwnPropertyDescriptors(options),
    dangerouslyAllowBrowser: { value: true, enumerable: true },
  });
}

/** @type {World["api"]} */
const api = {
  ...plain,
  getTaskDetails: (taskId, options) => plain.getTaskDetails(taskId, allowed(options)),
  waitForTask: (task, options) => plain.waitForTask(task, allowed(options)),
  watchTask: (task, options) => plain.watchTask(task, allowed(options)),
  createClient: (options) => plain.createClient(allowed(options)),
};

/**
 * Begins with a behaviour in each of these worlds.
 * @param {[import("./program.mjs").Given, ...import("./program.mjs").Given[]]} given
 */
function begin(given) {
  /** @param {import("./program.mjs").Given} each @returns {World} */
  const world = (each) => ({ ...each, api, log: logOf(each.baseUrl), tell: (fault, words) => say({ fault, words }) });
  const [first, ...others] = given;
  void runAll([world(first), ...others.map(world)], (name, failed) => say({ name, failed })).then(() => say({ done: true }));
}

Object.assign(globalThis, { begin, takeNews: () => news.splice(0) });
