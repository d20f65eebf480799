// @ts-check
/** One request to the upstream, with the key. It reaches that address alone. */

import { readText } from "../../npm/gateway/read-text.js";
import { refuse } from "./reply.js";

const TIME_MS = 30_000;
const MAX_REPLY_BYTES = 1_048_576;

/**
 * @param {import("./environment.js").Environment} env
 * @param {string} path
 * @param {string} [body] JSON; makes it a POST.
 */
export async function passOn({ NANOBANANA_BASE_URL: upstream = "", NANOBANANA_API_KEY: key = "" }, path, body) {
  if (upstream === "" || key === "") return refuse(500, "NANOBANANA_BASE_URL and NANOBANANA_API_KEY have to be set for this.");
  const signal = AbortSignal.timeout(TIME_MS);
  try {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "User-Agent": "nanobanana-task-demo", Authorization: `Bearer ${key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const method = body === undefined ? "GET" : "POST";
    const reply = await fetch(upstream.replace(/\/+$/, "") + path, { method, headers, body: body ?? null, redirect: "manual", signal });
    if (reply.status >= 300 && reply.status < 400) return refuse(502, "The API's address redirects elsewhere, and the key goes to no other.");
    const text = await readText(reply.body, MAX_REPLY_BYTES);
    if (text === null) return refuse(502, "The API's reply is too large.");
    const made = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
    // With stars where an upstream repeats the key in what it says.
    return new Response(text.replaceAll(key, "*".repeat(key.length)), { status: reply.status, headers: made });
  } catch {
    return signal.aborted ? refuse(504, "The API did not answer in time.") : refuse(502, "The API could not be reached.");
  }
}
