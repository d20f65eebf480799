// The public functions, made from a way to load the wasm. No work happens here before the first call.
import { TaskError } from "./core.js";

/** @typedef {typeof import("../src/types.d.ts")} Types */
/** @typedef {{ getTaskDetails: Types["getTaskDetails"], waitForTask: Types["waitForTask"] }} Core */

/**
 * @param {() => Core | Promise<Core>} load
 * @returns {Pick<Types, "getTaskDetails" | "waitForTask" | "createClient">}
 */
export function createApi(load) {
  /** @type {Types["getTaskDetails"]} */
  const getTaskDetails = async (taskId, options) => (await load()).getTaskDetails(taskId, options);
  /** @type {Types["waitForTask"]} */
  const waitForTask = async (task, options) => (await load()).waitForTask(task, options);
  return {
    getTaskDetails,
    waitForTask,
    createClient: (shared) => ({
      getTaskDetails: (taskId, options) => getTaskDetails(taskId, merged(shared, options)),
      waitForTask: (task, options) => waitForTask(task, merged(shared, options)),
    }),
  };
}

/**
 * Both options in one; what is no object is handed on as it is, for the core to refuse.
 *
 * @template {object} S
 * @template {object} O
 * @param {S | undefined} shared
 * @param {O | undefined} options
 */
function merged(shared, options) {
  const mergeable = (/** @type {unknown} */ value) => value == null || typeof value === "object";
  if (!mergeable(shared)) return /** @type {S & O} */ (shared);
  if (!mergeable(options)) return /** @type {S & O} */ (options);
  return /** @type {S & O} */ ({ ...shared, ...options });
}

/**
 * Loads once, on the first call; tries again on the next one where it failed.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @param {string} advice What may have gone wrong.
 * @returns {() => Promise<T>}
 */
export function lazily(load, advice) {
  /** @type {Promise<T> | undefined} */
  let loaded;
  return () =>
    (loaded ??= load().catch((cause) => {
      loaded = undefined;
      throw cause instanceof TaskError ? cause : mistake(`WebAssembly did not start: ${advice}`, cause);
    }));
}

/**
 * The error for what is wrong before any task is asked for.
 *
 * @param {string} message
 * @param {unknown} [cause]
 */
export function mistake(message, cause) {
  const fields = { kind: "invalid-argument", taskId: "", retryable: false, httpStatus: null, code: null, attempts: 0, elapsedMs: 0, handle: null };
  return new TaskError(message, fields, cause);
}
