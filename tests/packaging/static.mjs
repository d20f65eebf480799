// @ts-check
/** A server of files as they are, such as a page's author has. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/**
 * @param {string} folder
 * @param {string} [policy] A Content-Security-Policy for everything.
 */
export async function serve(folder, policy) {
  const server = createServer(async (request, reply) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...(policy && { "content-security-policy": policy }) };
    try {
      const content = await readFile(file);
      reply.writeHead(200, headers).end(content);
    } catch {
      reply.writeHead(404, { ...headers, "content-type": "text/plain" }).end("not here");
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
