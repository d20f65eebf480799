// @ts-check
/** The gateway as a Worker: made once, its settings from the environment. */

import { env } from "cloudflare:workers";
import { createGateway } from "nanobanana-task/gateway";
import { optionsOf } from "./hooks.mjs";

const gateway = createGateway(optionsOf(JSON.parse(String(env["TOLD"]))));

export default {
  /** @param {Request} request @param {unknown} _ @param {{ waitUntil(promise: Promise<unknown>): void }} context */
  fetch: (request, _, context) => gateway(request, context),
};
