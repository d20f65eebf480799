// The same functions as the default entry's, without the wasm in them.
export * from "./index.js";

/**
 * Where the wasm is, or the wasm itself: its address, a reply to a request for it (or the promise of one), its bytes, or a compiled
 * `WebAssembly.Module` (any object to the compiler, because not every runtime's types name that class).
 */
export type WasmSource = string | URL | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | object;

/**
 * Says where this package's `core.wasm` comes from. It is loaded on the first call after that, once; where that fails, the next call tries
 * again, from another source if one was given meanwhile. Once it runs, further sources are of no consequence. A `Response` can be read
 * only once: give an address where a failed load should be tried again.
 *
 * ```js
 * import wasm from "nanobanana-task/core.wasm?url"; // Vite; in other bundlers new URL("nanobanana-task/core.wasm", import.meta.url)
 * import { configure, waitForTask } from "nanobanana-task/slim";
 *
 * configure(wasm);
 * ```
 *
 * @throws {TaskError} kind `"invalid-argument"`, for what is none of these.
 */
export declare function configure(source: WasmSource): void;
