// @ts-check
/** A Worker that uses two entries of the package, which share one instance of the wasm. */

import { env } from "cloudflare:workers";
import { createGateway } from "nanobanana-task/gateway";
import { configure, waitForTask } from "nanobanana-task/slim";
// @ts-expect-error: a compiled module, as workerd imports it.
import module from "../../pkg/core.wasm";

configure(module);
const options = { apiKey: "key", baseUrl: String(env["UPSTREAM"]) };
const gateway = createGateway({ apiKey: options.apiKey, upstream: options.baseUrl });

export default {
  /** @param {Request} request */
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    return pathname === "/wait" ? Response.json(await waitForTask(searchParams.get("taskId") ?? "", options)) : gateway(request);
  },
};
