// @ts-check
/** The gateway in the two runtimes that it is tested in, each behind a real socket: Node.js with the smallest adapter, and workerd. */

import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { createGateway } from "../../pkg/gateway.js";

/** @typedef {import("../../pkg/gateway.js").GatewayOptions} GatewayOptions */
/** @typedef {{ url: string, stop: () => Promise<void> }} Place */
/** What both can be told: options that are data, and the name of one of the functions in worker.mjs.
 *  @typedef {Omit<GatewayOptions, "authorize" | "callerId"> & { apiKey?: string, hooks?: "visitors" }} Told */

const PKG = fileURLToPath(new URL("../../pkg/", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** @type {Record<string, (told: Told) => Promise<Place>>} */
export const PLACES = { "Node.js": inNode, workerd: (told) => startInWorkerd(told) };

/** @param {Told} told @returns {Promise<Place>} */
async function inNode(told) {
  const { optionsOf } = await import("./hooks.mjs");
  const gateway = createGateway(optionsOf(told));
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    try {
      const headers = Object.entries(incoming.headers).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
      const request = new Request(new URL(incoming.url ?? "/", `http://${incoming.headers.host}`), { method: incoming.method ?? "GET", headers });
      const { status, headers: made, body } = await gateway(request, { incoming });
      outgoing.writeHead(status, Object.fromEntries(made));
      if (body === null) outgoing.end();
      else Readable.fromWeb(/** @type {any} */ (body)).once("error", () => outgoing.destroy()).pipe(outgoing);
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/**
 * A Worker of these tests, the gateway's unless another is named.
 * @param {Told} told
 * @param {string} [worker] Its path from here.
 * @returns {Promise<Place>}
 */
export async function startInWorkerd(told, worker = "worker.mjs") {
  const built = (await readdir(PKG)).filter((name) => name.endsWith(".js"));
  const miniflare = new Miniflare({
    modulesRoot: fileURLToPath(new URL("../../", import.meta.url)),
    modules: [
      ...[worker, "hooks.mjs"].map((name) => ({ type: /** @type {const} */ ("ESModule"), path: join(HERE, name) })),
      ...built.map((name) => ({ type: /** @type {const} */ ("ESModule"), path: `${PKG}${name}` })),
      { type: "ESModule", path: `${HERE}nanobanana-task/gateway`, contents: 'export * from "../../../pkg/gateway.workerd.js";' },
      { type: "CompiledWasm", path: `${PKG}core.wasm` },
    ],
    compatibilityDate: "2026-06-01",
    bindings: { TOLD: JSON.stringify(told) },
  });
  try {
    const url = String(await miniflare.ready).replace(/\/$/, "");
    return { url, stop: () => miniflare.dispose() };
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    throw error;
  }
}
