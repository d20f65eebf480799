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
 *  `anew` makes a gateway for each request, which has no past; `front` puts a
 *  Worker before workerd's, whose callers can leave.
 *  @typedef {Omit<GatewayOptions, "authorize" | "callerId"> & { apiKey?: string, hooks?: "visitors", anew?: boolean, front?: boolean }} Told */


/** @type {Record<string, (told: Told) => Promise<Place>>} */
export const PLACES = { "Node.js": inNode, workerd: (told) => startInWorkerd(told) };

/** @param {Told} told @returns {Promise<Place>} */
async function inNode(told) {
  const make = () => createGateway(optionsOf(told));
  const gateway = make();
  return startUpstream(async (incoming, outgoing) => {
    const caller = new AbortController();
    outgoing.once("close", () => outgoing.writableFinished || caller.abort());
    try {
      const headers = Object.entries(incoming.headers).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
      const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method ?? "GET", headers, signal: caller.signal });
      const { status, headers: made, body } = await (told.anew ? make() : gateway)(request, { incoming });
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
    // JSON knows no infinity.
    bindings: { TOLD: JSON.stringify(told, (_, value) => (value === Infinity ? "Infinity" : value)) },
    flags: told.front ? ["enable_request_signal"] : [],
    ...(told.front && { front: "tests/gateway/leaving.mjs" }),
  });
  return { url: url.origin, stop: () => miniflare.dispose() };
}
