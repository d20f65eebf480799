// The entry without the wasm, for those who serve core.wasm as a file (compiled while it arrives, cached by itself) or build this package
// into another one: `configure` says where it is, once, before the first call.
import { createApi, lazily, mistake } from "./api.js";
import init, * as core from "./core.js";

export { TaskError } from "./core.js";
export { parseTaskHandle } from "./task-handle.js";

const ADVICE =
  "what configure(source) was given has to be this version's core.wasm and within reach, and a Content-Security-Policy has to allow it" +
  " (script-src 'wasm-unsafe-eval')";

/** @type {import("./slim.d.ts").WasmSource | undefined} */
let source;

/** @type {typeof import("./slim.d.ts").configure} */
export function configure(given) {
  if (typeof given !== "string" && (typeof given !== "object" || given === null)) {
    throw mistake("configure takes the wasm as a URL, a Response, bytes or a WebAssembly.Module");
  }
  source = given;
  // A promise that fails before the first call is told by that call, and is no unhandled rejection until then.
  if (given instanceof Promise) given.catch(() => {});
}

export const { getTaskDetails, waitForTask, watchTask, createClient } = /* @__PURE__ */ createApi(/* @__PURE__ */ lazily(start, ADVICE));

async function start() {
  if (source === undefined) {
    throw mistake('nanobanana-task/slim has no wasm of its own: call configure(source) first, for example with the URL of "nanobanana-task/core.wasm"', undefined);
  }
  await init({ module_or_path: source });
  return core;
}
