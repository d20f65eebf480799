// The picture of a task that has succeeded, handed on with the headers that a canvas needs. Which picture is the API's to say and nobody
// else's, so there is no address to give, and nothing to misuse.
import { refusal } from "./answer.js";
import { TYPE_BYTES, imageTypeOf } from "./image-type.js";

/** @typedef {import("./answer.js").Answer} Answer */

const MOST_BYTES = 52_428_800;
/** How long its host may be silent, and how long all of it may take whoever reads it slowly. */
const SILENCE_MS = 30_000;
const LONGEST_MS = 600_000;
const MOST_REDIRECTS = 3;
export const HEADERS = { Accept: "image/*" };
const NO_IMAGE = "What is at the picture's address is no picture: PNG, JPEG, GIF, WebP and AVIF are handed on";
const REDIRECTS = [301, 302, 303, 307, 308];
const GONE = [404, 410];

/**
 * Fetches an image from an address whose name has been judged, and follows no redirect. `isListed` is true where the
 * owner has listed its host; else what the name leads to may have to be judged as well.
 *
 * @typedef {(url: URL, signal: AbortSignal, isListed: boolean) => Promise<Response>} FetchImage
 */

/** @type {FetchImage} */
export function fetchPlainly(url, signal) {
  return fetch(url, { signal, redirect: "manual", headers: HEADERS });
}

/**
 * @param {Set<string>} hosts The only ones, where there are any.
 * @param {string} caching
 * @param {FetchImage} fetchImage
 */
export function createPicture(hosts, caching, fetchImage) {
  /** @param {Answer} answer What a look at its task brought. */
  return async function picture(answer) {
    if (answer.picture === undefined) return unsuccessful(answer);
    if (answer.picture === null) return refusal(404, "The task has no picture, or not yet");
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), LONGEST_MS);
    const end = () => {
      clearTimeout(timer);
      ended.abort();
    };
    try {
      const found = await spoken(fetched(answer.picture, hosts, ended.signal, fetchImage), end);
      const length = Number(found?.headers.get("Content-Length") ?? 0);
      if (!found?.ok || found.body === null || length > MOST_BYTES) {
        end();
        if (found === null) return refusal(502, "The picture's address is none that this gateway fetches");
        if (found.ok) return refusal(502, NO_IMAGE);
        return GONE.includes(found.status) ? refusal(404, "The picture is gone from its address") : refusal(502, "The picture's host is in trouble: ask again");
      }
      const reader = found.body.getReader();
      const head = await headOf(reader, end);
      const type = imageTypeOf(head);
      if (type === null) {
        end();
        return refusal(502, NO_IMAGE);
      }
      return new Response(whole(counted(reader, head, end), found.headers.has("Content-Encoding") ? 0 : length), {
        headers: {
          "Content-Type": type,
          "Cache-Control": caching,
          "Content-Security-Policy": "default-src 'none'; sandbox",
          "Cross-Origin-Resource-Policy": "cross-origin",
          "X-Content-Type-Options": "nosniff",
        },
      });
    } catch {
      end();
      return refusal(502, "The picture could not be fetched");
    }
  };
}

/**
 * Errors that the API tells under HTTP 200 have to be told as such to an <img>.
 *
 * @param {Answer} answer
 * @returns {Answer}
 */
function unsuccessful(answer) {
  const { status, code } = answer;
  if (status >= 400) return answer;
  if (code === 200) return refusal(404, "The task has succeeded without a picture");
  return { ...answer, status: typeof code === "number" && code >= 400 && code < 600 ? code : 502 };
}

/**
 * Follows redirects by itself, since each leads to another address.
 *
 * @param {string} address
 * @param {Set<string>} hosts
 * @param {AbortSignal} signal
 * @param {FetchImage} fetchImage
 */
async function fetched(address, hosts, signal, fetchImage) {
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !isAllowed(url, hosts)) return null;
    const found = await fetchImage(url, signal, hosts.size > 0);
    const next = REDIRECTS.includes(found.status) ? found.headers.get("Location") : null;
    if (next === null) return found;
    await found.body?.cancel();
    address = new URL(next, url).href;
  }
  return null;
}

/**
 * Whether an address is one that images come from. A listed host is allowed on the ports of http and https, and on
 * another where it is listed with that.
 *
 * @param {URL} url
 * @param {Set<string>} hosts
 */
function isAllowed({ protocol, hostname, host, port, username, password }, hosts) {
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") return false;
  const isUsual = ["", "80", "443"].includes(port);
  if (hosts.size > 0) return hosts.has(host) || (isUsual && hosts.has(hostname));
  return isUsual && isPublicName(hostname);
}

/** Ends of public names beside those of two letters, which are countries'. Every other has to be listed with its host. */
const PUBLIC_ENDS =
  /\.([a-z]{2}|xn--[a-z\d-]+|com|net|org|info|biz|name|pro|mobi|asia|eus|app|dev|page|cloud|site|website|online|store|shop|tech|technology|digital|solutions|software|tools|studio|design|art|gallery|graphics|photo|photos|photography|pics|pictures|media|video|live|news|blog|social|club|team|group|global|world|today|zone|space|fun|games|xyz|top|link|click|email|agency|company|academy|education|science|health|finance|codes|chat|example)$/;

/**
 * Whether a host is on the public internet, as far as its name tells. URL has brought every spelling of an address into
 * one. What ends names within a network is without number, and so the ends of public ones are named.
 *
 * @param {string} hostname
 */
export function isPublicName(hostname) {
  // Images are served under names: a bare address of either kind is suspicious enough.
  if (hostname.startsWith("[") || /^[\d.]+$/.test(hostname)) return false;
  const name = hostname.replace(/\.$/, "");
  return /^[^.]+(\.[^.]+)+$/.test(name) && PUBLIC_ENDS.test(name);
}

/**
 * A body that is cut off where it ends before its length. workerd would close it as if it had come to its end.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {number} length 0 where it is not known.
 */
function whole(body, length) {
  const { FixedLengthStream } = /** @type {any} */ (globalThis);
  return length > 0 && FixedLengthStream ? body.pipeThrough(new FixedLengthStream(length)) : body;
}

/**
 * The first bytes of a body, enough to tell its format.
 *
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {() => void} end
 */
async function headOf(reader, end) {
  let head = new Uint8Array();
  while (head.length < TYPE_BYTES) {
    const { done, value } = await spoken(reader.read(), end);
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

/**
 * A picture's bytes, up to the most that one may have. Made by hand because Node.js tells no TransformStream that its reader has left.
 *
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {Uint8Array} head What was read of it before.
 * @param {() => void} end
 */
function counted(reader, head, end) {
  let bytes = head.length;
  return new ReadableStream({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      const { done, value } = await spoken(reader.read(), end);
      bytes += value?.byteLength ?? 0;
      if (!done && bytes <= MOST_BYTES) return controller.enqueue(value);
      end();
      if (!done) throw new Error("picture too large");
      controller.close();
    },
    cancel: end,
  });
}

/**
 * What the host says next. When it has been silent for too long, or its word was broken off, that is the end.
 *
 * @template T
 * @param {Promise<T>} next
 * @param {() => void} end
 */
async function spoken(next, end) {
  const silent = setTimeout(end, SILENCE_MS);
  try {
    return await next;
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(silent);
  }
}
