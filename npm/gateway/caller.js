// Who asks: whether a page may, and how often one caller may.
import { refusal, retryAfter } from "./answer.js";
import { remoteAddress } from "./context.js";
import { setLatest } from "./latest.js";

/** @typedef {import("./options.js").Settings} Settings */

/** How many callers are told apart at a time; whoever was not heard of for longest is forgotten first. */
const MOST_CALLERS = 10_000;
const MINUTE_MS = 60_000;
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
  if (origin === null) return origins === "*" || !/^(cross|same)-site$/.test(request.headers.get("Sec-Fetch-Site") ?? "");
  if (origins === "*" || origins.has(origin)) return true;
  // By host alone: behind a proxy that ends TLS the request's own address says http.
  return URL.canParse(origin) && new URL(origin).host === url.host;
}

/**
 * What lets a page of another origin read the answer, its date with it: by that a client knows how old the task is.
 *
 * @param {Request} request
 * @param {boolean} welcome
 * @returns {Record<string, string>}
 */
export function corsHeaders(request, welcome) {
  const origin = request.headers.get("Origin");
  if (origin === null || !welcome) return { Vary: VARY };
  return { Vary: VARY, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After, Date" };
}

/**
 * Counts what each caller asks, in a bucket that fills up evenly over a minute.
 *
 * @param {number} perMinute
 */
export function createLimiter(perMinute) {
  /** @type {Map<string, { left: number, at: number }>} */
  const buckets = new Map();
  /**
   * @param {string} caller
   * @returns {import("./answer.js").Answer | null} The refusal, where it was too much.
   */
  return function limit(caller) {
    if (perMinute === Infinity) return null;
    const now = Date.now();
    const known = buckets.get(caller) ?? { left: Math.max(1, perMinute), at: now };
    const left = Math.min(Math.max(1, perMinute), known.left + (Math.max(0, now - known.at) * perMinute) / MINUTE_MS);
    setLatest(buckets, caller, { left: left < 1 ? left : left - 1, at: now }, MOST_CALLERS);
    if (left >= 1) return null;
    return refusal(429, "Too many requests of this caller: ask again more slowly", { headers: retryAfter(((1 - left) * MINUTE_MS) / perMinute) });
  };
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
  return network((onCloudflare ? request.headers.get("CF-Connecting-IP") : remoteAddress(context, request)) ?? "");
}

/** One visitor has a whole /64 of IPv6 addresses to ask from. @param {string} address */
function network(address) {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
