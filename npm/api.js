// The public functions, made from a way to load the wasm. No work happens here before the first call.
import { TaskError } from "./core.js";

/** The method of a TaskError that says where its call was. */
const PLACE = Symbol.for("nanobanana-task/place");

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
    getTaskDetails: (taskId, options) => called(new Error(), async () => (await load()).getTaskDetails(taskId, options)),
    waitForTask: (task, options) => called(new Error(), async () => (await load()).waitForTask(task, options)),
    watchTask: (task, options) => watching(new Error(), async () => (await load()).watchTask(task, options)),
    createClient(shared) {
      /** @type {ReturnType<Core["createClient"]> | undefined} */
      let client;
      /** @type {(...call: Parameters<NonNullable<typeof client>>) => Promise<any>} */
      const call = async (...all) => {
        const core = await load();
        return (client ??= core.createClient(shared))(...all);
      };
      return {
        getTaskDetails: (taskId, options) => called(new Error(), () => call(0, taskId, options)),
        waitForTask: (task, options) => called(new Error(), () => call(1, task, options)),
        watchTask: (task, options) => watching(new Error(), () => call(2, task, options)),
      };
    },
  };
}

/**
 * Carries a call out. Its error is made in the wasm, and nothing there is on the caller's stack any more: so that the error's stack names the
 * caller, an error of the call is made at once. An engine writes its stack out only where that is read.
 *
 * @template T
 * @param {Error} call
 * @param {() => Promise<T>} carryOut
 * @returns {Promise<T>}
 */
async function called(call, carryOut) {
  try {
    return await carryOut();
  } catch (error) {
    /** @type {any} */ (error)?.[PLACE]?.(call);
    throw error;
  }
}

/**
 * The changes of a watch as an iterator. Nothing happens before the first is asked for, and leaving it ends the watch at once, even while
 * the next change is awaited: a generator alone would first await that.
 *
 * @param {Error} call
 * @param {() => Promise<Changes>} begin
 * @returns {AsyncIterableIterator<TaskDetails>}
 */
function watching(call, begin) {
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
    next: () => called(call, () => changes.next()),
    return(value) {
      leave();
      return changes.return(value);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** What the wasm and its glue cannot do without, and some runtimes do not have. */
const NEEDED = ["WebAssembly", "Response", "Headers", "AbortController", "TextDecoder", "TextEncoder", "URL", "performance"];
const HELP =
  "in jsdom let the test environment hand on what Node.js has; React Native needs polyfills, and has WebAssembly with some engines only;" +
  " Lockdown Mode switches WebAssembly off, and then a server has to wait in the page's place";

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
  const begin = async () => {
    const missing = NEEDED.filter((name) => /** @type {any} */ (globalThis)[name] === undefined);
    if (missing.length > 0) throw mistake(`This runtime has no ${missing.join(", no ")}, which this package needs: ${HELP}`, undefined);
    return load();
  };
  return () =>
    (loaded ??= begin().catch((cause) => {
      loaded = undefined;
      throw cause instanceof TaskError ? cause : mistake(`WebAssembly did not start: ${advice}`, cause);
    }));
}

/**
 * The error for what is wrong before any task is asked for; with `thrown`, be that undefined, of a call whose place is found later.
 *
 * @param {string} message
 * @param {[unknown?]} thrown
 */
export function mistake(message, ...thrown) {
  return new TaskError(message, { kind: "invalid-argument" }, ...thrown);
}
