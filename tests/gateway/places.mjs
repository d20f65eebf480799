// @ts-check
/** The gateway in the two runtimes that it is tested in, each behind a real socket: Node.js with the smallest adapter, and workerd. */

import { Readable } from "node:stream";
import { createGateway } from "../../pkg/gateway.js";
import { startUpstream } from "../page/upstream.mjs";
import { startModules } from "../workerd/workerd.mjs";
import { optionsOf } from "./hooks.mjs";

/** @typedef {import("../../pkg/gateway.js").GatewayOptions} GatewayOptions */
/** @typedef {{ url: string, stop: () => Promise<void> }} Place */
/** What both can be told: options that are data, and the name of the functions in hooks.mjs.
 *  @typedef {Omit<GatewayOptions, "authorize" | "callerId"> & { apiKey?: string, hooks?: "visitors" }} Told */

/** @type {Record<string, (told: Told) => Promise<Place>>} */
export const PLACES = { "Node.js": inNode, workerd: (told) => startInWorkerd(told) };

/** @param {Told} told @returns {Promise<Place>} */
async function inNode(told) {
  const gateway = createGateway(optionsOf(told));
  return startUpstream(async (incoming, outgoing) => {
    try {
      const headers = Object.entries(incoming.headers).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
      const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method ?? "GET", headers });
      const { status, headers: made, body } = await gateway(request, { incoming });
      outgoing.writeHead(status, Object.fromEntries(made));
      if (body === null) outgoing.end();
      else Readable.fromWeb(/** @type {any} */ (body)).once("error", () => outgoing.destroy()).pipe(outgoing);
    } catch {
      outgoing.destroy();
    }
  });
}

/**
 * A Worker of these tests, the gateway's unless another is named.
 * @param {Told} told
 * @param {string} [worker] Its path from tests/.
 * @returns {Promise<Place>}
 */
export async function startInWorkerd(told, worker = "gateway/worker.mjs") {
  const { miniflare, url } = await startModules({
    sources: [`tests/${worker}`, "tests/gateway/hooks.mjs"],
    named: { "tests/gateway/nanobanana-task/gateway": 'export * from "../../../pkg/gateway.workerd.js";' },
    bindings: { TOLD: JSON.stringify(told) },
  });
  return { url: url.origin, stop: () => miniflare.dispose() };
}
