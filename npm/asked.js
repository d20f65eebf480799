// What comes of asking: the caller's apiKey, the caller's own fetch or the runtime's, and what is read of the reply. Here every odd promise and
// getter ends in a rejection; what is thrown through the wasm leaves a call pending for ever.
import { placeFor, watchPoll } from "./streams.js";

/** No reply of the API comes near this: the longest prompts make some 50 kB. A longer one is not read to its end. */
const MAX_REPLY_BYTES = 1_048_576;

/**
 * What a caller's apiKey gives; or with a URL what came of a request to it, and where the reply goes on what promises more.
 *
 * @param {Function | undefined} own
 * @param {string | undefined} url
 * @param {{ headers: Headers, signal: AbortSignal } & RequestInit | undefined} init
 * @param {number | undefined} silenceMs How long a reply that goes on may be silent, where it may go on.
 * @param {boolean | undefined} inBrowser Where all tabs share their connections to an origin.
 * @param {boolean | undefined} mayFollow Another tab's stream may answer it.
 */
export async function asked(own, url, init, silenceMs, inBrowser, mayFollow) {
  // Called from here on, so that no frame of the wasm is in the stack of what it throws.
  await undefined;
  if (!url || !init) return own?.();
  const { headers, signal, ...rest } = init;
  const place = silenceMs ? await (inBrowser ? placeFor(url, signal, silenceMs, !own, mayFollow) : ownPlace(signal)) : undefined;
  if (place) headers.set("Accept", "application/json, text/event-stream");
  // The headers are a plain object, because a fetch that is no part of the runtime does not know the runtime's class.
  const sent = { method: "GET", headers: Object.fromEntries(headers), ...rest, ...(isTaken(signal) && { signal }) };
  if (signal.aborted) return place?.leave();
  // How long an own fetch takes says nothing of connections.
  const watched = inBrowser && !place && !own ? watchPoll(url, signal) : undefined;
  let goesOn = false;
  try {
    // The bare global, so that it is called with the right `this` and found late.
    const reply = place?.reply ?? (await (own ?? fetch)(url, sent));
    if (Object(reply) !== reply) throw new TypeError("fetch gave no Response");
    const retryAfter = header(reply, "retry-after");
    const came = { status: reply.status, retryAfter, retryAt: instant(retryAfter), date: instant(header(reply, "date")), age: header(reply, "age"), redirected: reply.redirected, elsewhere: isElsewhere(reply, url) };
    if (place && /^text\/event-stream/i.test(header(reply, "content-type") ?? "")) {
      goesOn = true;
      const events = eventsOf(reply, place, /** @type {number} */ (silenceMs));
      // However it ends, it is over.
      const next = async () => {
        const { value } = await events.next().catch(() => ({ value: undefined }));
        if (value === undefined) place.leave();
        return value;
      };
      let body;
      while ((body = await next()) === null);
      return { ...came, body, next };
    }
    // An own fetch may not have heeded that the request is no longer wanted.
    if (signal.aborted) return reply.body?.cancel();
    const body = await textOf(reply);
    return { ...came, body, tooLarge: body === null };
  } finally {
    watched?.();
    if (!goesOn) place?.leave();
  }
}

/**
 * The body as text; null where it is larger than a reply can be.
 *
 * @param {Response} reply
 */
async function textOf(reply) {
  if (!hasKnownLength(reply)) return boundedText(/** @type {ReadableStream<Uint8Array>} */ (reply.body).getReader());
  const isText = typeof reply.text === "function";
  if (!isText && typeof reply.json !== "function") throw new TypeError("fetch gave no Response: it has neither text() nor json()");
  // Replies that are made by hand often have `json` alone.
  const text = isText ? await reply.text() : JSON.stringify(await jsonOf(reply));
  return text?.length > MAX_REPLY_BYTES ? null : text;
}

/**
 * The body of a reply that has `json` alone. What is no JSON does not take the status away, which text() would leave too.
 *
 * @param {Response} reply
 */
async function jsonOf(reply) {
  try {
    return await reply.json();
  } catch (error) {
    const isComplete = /** @type {any} */ (error)?.name === "SyntaxError" || /** @type {any} */ (error)?.type === "invalid-json";
    if (isComplete || !(reply.status < 400)) return undefined;
    throw error;
  }
}

/**
 * Whether the runtime ends the body at a length within the limit. What is compressed can become any length. The body of
 * a reply that no browser's fetch made is another kind of stream, or none.
 *
 * @param {Response} reply
 */
function hasKnownLength(reply) {
  const length = header(reply, "content-length");
  const isShort = length !== undefined && Number(length) <= MAX_REPLY_BYTES && !header(reply, "content-encoding");
  return isShort || typeof reply.body?.getReader !== "function";
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function boundedText(reader) {
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_REPLY_BYTES) {
      reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * The place of a stream outside of browsers, where nothing is short of connections.
 *
 * @param {AbortSignal} signal
 * @returns {import("./streams.js").Place}
 */
const ownPlace = (signal) => ({ signal, leave() {}, tell() {} });

/** @type {unknown} */
let checked;
let taken = true;

/**
 * Whether the runtime's fetch takes the signal. jsdom puts an AbortController of its own in the place of the runtime's, whose signals
 * Node.js refuses: then the request is sent without one, and the call still ends by itself.
 *
 * @param {AbortSignal} signal
 */
function isTaken(signal) {
  if (checked !== signal.constructor) {
    checked = signal.constructor;
    taken = true;
    try {
      new Request("http://localhost", { signal });
    } catch {
      // Without a class Request the fetch is a polyfill, which does not look at the signal's class.
      taken = typeof Request !== "function";
    }
  }
  return taken;
}

/**
 * A header of a reply, whose headers may be a Map or a plain object where the reply is made by hand.
 *
 * @param {any} reply
 * @param {string} name In small letters.
 * @returns {string | undefined}
 */
function header({ headers }, name) {
  try {
    const own = headers instanceof Map ? [...headers] : Object.entries(headers);
    const value = own.find(([key]) => key.toLowerCase() === name)?.[1] ?? headers.get(name);
    if (["string", "number"].includes(typeof value)) return `${value}`;
  } catch {
    // There are none.
  }
}

/**
 * Whether redirects were followed to another origin, or to another path than the same with a slash.
 *
 * @param {Response} reply
 * @param {string} asked
 */
function isElsewhere({ redirected, url }, asked) {
  try {
    return redirected && placeOf(url) !== placeOf(asked);
  } catch {
    // A reply that is made by hand may have no URL.
    return false;
  }
}

/** @param {string} url */
function placeOf(url) {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/$/, "");
}

/**
 * A date of HTTP in ms since the epoch, or NaN. One of its three forms does not say that it is in GMT. Engines take 33.1 for one too.
 *
 * @param {string | null | undefined} text
 */
const instant = (text) => Date.parse(text?.includes(":") ? `${text.replace(/ GMT$/, "")} GMT` : "");

/**
 * Server-sent events: the data of each, and null for a sign of life. They end with their place, or when nothing comes for too long.
 *
 * @param {Response} reply
 * @param {import("./streams.js").Place} place
 * @param {number} silenceMs
 */
async function* eventsOf({ body }, { signal, tell }, silenceMs) {
  // The line and the event that have begun. Only what has just come is searched for line ends, so that
  // the cost is linear in what comes, however it is cut into chunks.
  let line = "";
  let event = "";
  let afterReturn = false;
  // Not iterated over, which Safari cannot.
  const reader = /** @type {ReadableStream<any>} */ (body).pipeThrough(new TextDecoderStream()).getReader();
  const end = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", end);
  while (!signal.aborted) {
    const silent = setTimeout(end, silenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(silent));
    if (done || line.length + event.length + value.length > MAX_REPLY_BYTES) break;
    /** @type {string[]} */
    const lines = value.split(/\r\n?|\n/);
    // The second half of a line end that two chunks share ends no line of its own.
    if (afterReturn && value[0] === "\n") lines.shift();
    afterReturn = value.endsWith("\r");
    lines[0] = line + lines[0];
    line = /** @type {string} */ (lines.pop());
    /** @type {(string | null)[]} */
    const told = [];
    for (const text of lines) {
      if (text.startsWith("data:")) event += `${event && "\n"}${text.slice(5)}`;
      else if (!text && event) {
        told.push(event);
        event = "";
      }
    }
    // Of many signs of life one is enough.
    for (const each of told.length > 0 ? told : [null]) {
      tell(each);
      yield each;
      // However much there is to read, timers have their turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  end();
}
