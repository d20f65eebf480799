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
 * @returns {() => Promise<T>}
 */
export function lazily(load) {
  /** @type {Promise<T> | undefined} */
  let loaded;
  return () =>
    (loaded ??= load().catch((cause) => {
      loaded = undefined;
      const message =
        "WebAssembly did not start: a Content-Security-Policy has to allow it (script-src 'wasm-unsafe-eval'), and Cloudflare Workers" +
        " need the entry that the workerd condition picks";
      throw new TaskError(message, { kind: "invalid-argument", taskId: "", retryable: false, httpStatus: null, code: null, attempts: 0, elapsedMs: 0, handle: null }, cause);
    }));
}
