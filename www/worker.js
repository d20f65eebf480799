// @ts-check
/**
 * The page as a Cloudflare Worker: its files, and one question passed on to the API with the key added here, so that the browser never
 * holds it. What runs on this computer (serve.mjs) and what is deployed (wrangler.jsonc) is this.
 */

import { createGateway } from "../pkg/gateway.workerd.js";
import { NanoBananaTask as Task } from "../pkg/durable-object.js";
import { isFromOwnPage, isHidden, isOwnHost } from "./worker/caller.js";
import { getFile } from "./worker/files.js";
import { withProtections } from "./worker/protections.js";
import { only, refuse, sendJson } from "./worker/reply.js";
import { generate, listScenarios } from "./worker/simulated.js";

/** @typedef {import("./worker/environment.js").Environment} Environment */
/** @typedef {import("../pkg/gateway.js").GatewayContext} Context */

/** The page is for those who work with the API, and shows them what it says in its own words. */
export class NanoBananaTask extends Task {
  apiMessages = true;
}

/** Made by the first request and kept: what it remembers and counts is its own. @type {ReturnType<typeof createGateway> | undefined} */
let gateway;

export default {
  /** @param {Request} request @param {Environment} env @param {Context} context */
  async fetch(request, env, context) {
    return withProtections(await answer(request, env, context), env);
  },
};

/**
 * @param {Request} request
 * @param {Environment} env
 * @param {Context} context
 */
async function answer(request, env, context) {
  const url = new URL(request.url);
  if (!isOwnHost(request, url, env)) return refuse(421, "This server answers to its own name only, and to any other than this computer's by https.");
  if (!/^\/(api|simulator|demo)\//.test(url.pathname)) return only(["GET", "HEAD"], request) ?? getFile(url, request, env);
  if (isHidden(request, url, env)) return refuse(403, "Under wrangler dev only browsers may ask: add the header Sec-Fetch-Site: none to ask from a terminal.");
  // The gateway judges for itself who may ask; it is asked first because its refusals say what to do.
  if (/^\/api\/v1\/nanobanana\/(record-info\/?$|callback\/)/.test(url.pathname)) {
    const { NANOBANANA_API_KEY: apiKey, NANOBANANA_BASE_URL: upstream, NANOBANANA_TASKS: tasks } = env;
    gateway ??= createGateway({ apiKey, tasks, ...(upstream && !tasks && { upstream }) });
    return gateway(request, context);
  }
  if (!isFromOwnPage(request, url)) return refuse(403, "Other web pages may not ask this server.");
  const simulator = env.SIMULATOR === "1";
  if (url.pathname === "/demo/config.json") return only(["GET"], request) ?? sendJson(200, { simulator });
  // These stand for an account that costs nothing: with the real API nobody may spend credit here.
  if (simulator && url.pathname === "/simulator/scenarios") return only(["GET"], request) ?? listScenarios(env);
  if (simulator && url.pathname === "/api/v1/nanobanana/generate") return only(["POST"], request) ?? generate(request, env);
  // Not in the API's envelope, in which a 404 means an unknown task.
  return sendJson(404, { error: "There is nothing here." });
}
