// The public functions, made from a way to load the wasm. No work happens here before the first call.
import { TaskError } from "./core.js";

/** @typedef {typeof import("../src/types.d.ts")} Types */
/** @typedef {import("../src/types.d.ts").TaskDetails} TaskDetails */
/** @typedef {Parameters<Types["watchTask"]>} Watched */
/**
 * What the core makes of a watch: a function that promises the next change of state, or undefined after the last; `true` ends the watch.
 * @typedef {(leave?: boolean) => Promise<TaskDetails | undefined>} Changes
 */
/**
 * The wasm's own functions. A client of it carries them out over one connection, which it is told by number.
 * @typedef {object} Core
 * @property {Types["getTaskDetails"]} getTaskDetails
 * @property {Types["waitForTask"]} waitForTask
 * @property {(...watched: Watched) => Changes | Promise<never>} watchTask
 * @property {(options?: object) => (how: 0 | 1 | 2, task: unknown, options?: object) => any} createClient
 */

/**
 * @param {() => Core | Promise<Core>} load
 * @returns {Pick<Types, "getTaskDetails" | "waitForTask" | "watchTask" | "createClient">}
 */
export function createApi(load) {
  return {
    getTaskDetails: async (taskId, options) => (await load()).getTaskDetails(taskId, options),
    waitForTask: async (task, options) => (await load()).waitForTask(task, options),
    watchTask: (task, options) => watching(async () => (await load()).watchTask(task, options)),
    createClient(shared) {
      /** @type {ReturnType<Core["createClient"]> | undefined} */
      let client;
      /** @type {(...call: Parameters<NonNullable<typeof client>>) => Promise<any>} */
      const call = async (...all) => {
        const core = await load();
        return (client ??= core.createClient(shared))(...all);
      };
      return {
        getTaskDetails: (taskId, options) => call(0, taskId, options),
        waitForTask: (task, options) => call(1, task, options),
        watchTask: (task, options) => watching(() => call(2, task, options)),
      };
    },
  };
}

/**
 * The changes of a watch as an iterator. Nothing happens before the first is asked for, and leaving it ends the watch at once, even while
 * the next change is awaited: a generator alone would first await that.
 *
 * @param {() => Promise<Changes>} begin
 * @returns {AsyncIterableIterator<TaskDetails>}
 */
function watching(begin) {
  let left = false;
  /** @type {Changes | undefined} */
  let next;
  const leave = () => {
    left = true;
    next?.(true);
  };
  const changes = (async function* () {
    next = await begin();
    try {
      for (let change; !left && (change = await next()); ) yield change;
    } finally {
      leave();
    }
  })();
  return {
    next: () => changes.next(),
    return(value) {
      leave();
      return changes.return(value);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
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
  const fields = { kind: "invalid-argument", taskId: "", retryable: false, httpStatus: null, code: null, apiMessage: "", retryAfterMs: null, attempts: 0, elapsedMs: 0, handle: null };
  return new TaskError(message, fields, cause);
}
