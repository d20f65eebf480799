// What comes of asking: the caller's apiKey, the caller's own fetch or the runtime's, and what is read of the reply. Here every odd promise and
// getter ends in a rejection; what is thrown through the wasm leaves a call pending for ever.

/** An event is an envelope of the API, without what makes those large. */
const MOST_CHARACTERS = 1_000_000;
/** How many replies may go on at a time: over HTTP/1.1 a page has six connections to a host, and others want some. */
const MOST_THAT_GO_ON = 4;
let goingOn = 0;

/**
 * What a caller's apiKey gives; or with a request what came of it, and where the reply goes on what promises more.
 *
 * @param {Function | undefined} own
 * @param {Request | undefined} request
 * @param {boolean} mayGoOn
 */
export async function asked(own, request, mayGoOn) {
  if (!request) return own?.();
  if (mayGoOn && goingOn < MOST_THAT_GO_ON) request.headers.set("Accept", "application/json, text/event-stream");
  // The bare global, so that it is called with the right `this` and found late.
  const reply = await (own ?? fetch)(request);
  /** @param {string} name */
  const header = (name) => {
    try {
      return reply.headers.get(name);
    } catch {}
  };
  const retryAfter = header("Retry-After");
  const came = { status: reply.status, retryAfter, retryAt: instant(retryAfter), date: instant(header("Date")) };
  if (!mayGoOn || !header("Content-Type")?.startsWith("text/event-stream")) return { ...came, body: await reply.text() };
  const events = eventsOf(reply);
  goingOn += 1;
  // However a look ends, its request is aborted.
  request.signal.addEventListener("abort", () => (goingOn -= 1));
  const next = async () => (await events.next()).value;
  let body;
  while ((body = await next()) === "");
  return { ...came, body, next };
}

/**
 * A date of HTTP in ms since the epoch, or NaN. One of its three forms does not say that it is in GMT.
 *
 * @param {string | null | undefined} text
 */
const instant = (text) => Date.parse(`${text?.replace(/ GMT$/, "")} GMT`);

/**
 * Server-sent events: the data of each, and "" for a sign of life.
 *
 * @param {Response} reply
 */
async function* eventsOf({ body }) {
  let text = "";
  // Not iterated over, which Safari cannot.
  const reader = /** @type {ReadableStream<any>} */ (body).pipeThrough(new TextDecoderStream()).getReader();
  for (let read; !(read = await reader.read()).done && text.length < MOST_CHARACTERS; ) {
    const events = (text + read.value.replaceAll("\r", "")).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) yield event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
  }
}
