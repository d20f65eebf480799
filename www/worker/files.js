// @ts-check
/** The page's files. */

import { sendText } from "./reply.js";

/**
 * The path itself and nothing that it could also mean: no spelling of one file leads to another.
 * @param {URL} url
 * @param {Request} request
 * @param {import("./environment.js").Environment} env
 */
export async function getFile(url, request, env) {
  const path = url.pathname === "/" ? "/index.html" : url.pathname;
  const found = /^(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/.test(path) ? await env.ASSETS.fetch(new Request(new URL(path, url), request)) : null;
  return found === null || found.status === 404 ? sendText(404, "There is nothing here.\n") : found;
}
