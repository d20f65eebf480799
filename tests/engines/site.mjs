// @ts-check
/** Serves the package and what is tried with it to pages, with the content policy that the README asks for. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SHOWN = /^\/(pkg|tests\/(behaviour|engines|leaks|lifecycle))\/([\w-]+\/)*[\w.-]+\.m?js$/;
const page = (/** @type {string} */ script) => `<!doctype html>
<html lang="en">
<title>${script}</title>
<link rel="icon" href="data:,">
<script type="module" src="/tests/${script}"></script>
`;
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src http: https:";

/**
 * A site of one page.
 * @param {string} script What that runs, a module below tests/.
 * @param {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} [answer]
 *   Answers other requests of the same origin, and says whether it does.
 */
export async function startSite(script, answer = () => false) {
  const server = createServer(async (request, response) => {
    if (answer(request, response)) return;
    const path = request.url ?? "";
    response.setHeader("Content-Security-Policy", POLICY);
    if (path === "/") return response.setHeader("Content-Type", "text/html; charset=utf-8").end(page(script));
    const content = SHOWN.test(path) ? await readFile(`${ROOT}${path}`).catch(() => null) : null;
    if (content === null) return response.writeHead(404).end();
    response.setHeader("Content-Type", "text/javascript; charset=utf-8").end(content);
  });
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
