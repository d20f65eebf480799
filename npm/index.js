// The default entry: pages, bundlers, Node, Deno, Bun. The wasm comes with the JavaScript as text, so there is no file to find or to
// fetch; it is compiled on the first call and not before.
import { createApi, lazily } from "./api.js";
import { frequent, letters, text } from "./core.bytes.js";
import init, * as core from "./core.js";

export { TaskError } from "./core.js";
export { parseTaskHandle } from "./task-handle.js";

const ADVICE =
  "a Content-Security-Policy has to allow it (script-src 'wasm-unsafe-eval'), and Cloudflare Workers need the entry that the workerd" +
  " condition picks";

export const { getTaskDetails, waitForTask, watchTask, createClient } = /* @__PURE__ */ createApi(/* @__PURE__ */ lazily(start, ADVICE));

async function start() {
  await init({ module_or_path: decoded() });
  return core;
}

/** The wasm out of its text: one letter for each of the frequent bytes, two for each of the others. The build's text.rs says why. */
function decoded() {
  const frequently = (frequent.match(/../g) ?? []).map((hex) => parseInt(hex, 16));
  const seldom = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !frequently.includes(byte));
  const bytes = Uint8Array.from([...frequently, ...seldom]);
  const ranks = new Uint8Array(128);
  for (let rank = 0; rank < letters.length; rank += 1) ranks[letters.charCodeAt(rank)] = rank;

  const wasm = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    let rank = ranks[text.charCodeAt(at)] ?? 0;
    if (rank >= frequently.length) {
      at += 1;
      rank = frequently.length + (rank - frequently.length) * letters.length + (ranks[text.charCodeAt(at)] ?? 0);
    }
    wasm[length] = bytes[rank] ?? 0;
    length += 1;
  }
  return wasm.subarray(0, length);
}
