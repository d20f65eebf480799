// The default entry: pages, bundlers, Node, Deno, Bun. The wasm comes with the JavaScript as text, so there is no file to find or to
// fetch; it is compiled on the first call and not before.
import { createApi, lazily } from "./api.js";
import bytes from "./core.bytes.js";
import init, * as core from "./core.js";

export { TaskError } from "./core.js";

const ADVICE =
  "a Content-Security-Policy has to allow it (script-src 'wasm-unsafe-eval'), and Cloudflare Workers need the entry that the workerd" +
  " condition picks";

export const { getTaskDetails, waitForTask, createClient } = /* @__PURE__ */ createApi(/* @__PURE__ */ lazily(start, ADVICE));

async function start() {
  await init({ module_or_path: decoded(bytes) });
  return core;
}

/** @param {string} base64 */
function decoded(base64) {
  // Not through fetch and a data: URL, which a page's connect-src would have to allow.
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
