// Who asks: whether a page may, and where a caller is.
import { remoteAddress } from "./context.js";

/** @typedef {import("./options.js").Settings} Settings */

/** What the decision whether a page may ask depends on. A shared cache that ignores it would give one page another's. */
const VARY = "Origin, Sec-Fetch-Site";

/**
 * Whether the page that asks may. Browsers name it; a request that names none comes from no page, and is for `authorize` to judge.
 *
 * @param {Request} request
 * @param {URL} url
 * @param {Settings["origins"]} origins
 */
export function isWelcome(request, url, origins) {
  const origin = request.headers.get("Origin");
  if (origin === null) return origins === "*" || !/^(cross|same)-site$/i.test(request.headers.get("Sec-Fetch-Site") ?? "");
  if (origins === "*" || origins.has(origin)) return true;
  if (origin === url.origin) return true;
  // A proxy that ends TLS asks by http for a page of https. The other way round a page that anybody on the line can
  // change would be the gateway's own.
  return url.protocol === "http:" && origin === `https://${url.host}`;
}

/**
 * What lets a page of another origin read the answer, its date with it: by that a client knows how old the task is, and by its
 * Age how old what it says is.
 *
 * @param {Request} request
 * @param {boolean} welcome
 * @returns {Record<string, string>}
 */
export function corsHeaders(request, welcome) {
  const origin = request.headers.get("Origin");
  if (origin === null || !welcome) return { Vary: VARY };
  return { Vary: VARY, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After, Date, Age" };
}

/**
 * The caller's address, where the runtime vouches for it. A header that any caller can write says nothing: where no address is known, all
 * callers are counted as one, and `callerId` is there to tell them apart.
 *
 * @param {Request} request
 * @param {unknown} context
 */
export function addressOf(request, context) {
  const onCloudflare = globalThis.navigator?.userAgent === "Cloudflare-Workers";
  return (onCloudflare ? request.headers.get("CF-Connecting-IP") : remoteAddress(context, request)) ?? "";
}
