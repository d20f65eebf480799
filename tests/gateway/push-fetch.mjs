// @ts-check
/** Callers' own fetches between a wait and a gateway that pushes. */

/**
 * The global fetch, which writes down what it was asked for and what came, and may meddle with that.
 * @param {(reply: Response, index: number) => Response} [meddle]
 */
export function noting(meddle = (reply) => reply) {
  /** @type {{ accept: string | null, streams: boolean, signal: AbortSignal }[]} */
  const requests = [];
  /** @param {string} input @param {RequestInit} init */
  const own = async (input, init) => {
    const noted = { accept: acceptOf(init), streams: false, signal: signalOf(init) };
    const index = requests.push(noted) - 1;
    const reply = await fetch(input, init);
    noted.streams = reply.headers.get("Content-Type") === "text/event-stream";
    return meddle(reply, index);
  };
  return { requests, fetch: own };
}

/** What a request accepts. @param {RequestInit} init */
export function acceptOf({ headers }) {
  return new Headers(headers).get("Accept");
}

/** What ends a request. @param {RequestInit} init */
export function signalOf({ signal }) {
  return /** @type {AbortSignal} */ (signal);
}

/** A fetch whose every reply is a stream of its own. @param {() => BodyInit | null} body @param {string} [type] */
export function streaming(body, type = "text/event-stream") {
  return async () => new Response(body(), { headers: { "Content-Type": type } });
}

/** A stream that has said so much and says no more. @param {string} text */
export function silentAfter(text) {
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });
}

/** An envelope as an event. @param {object} envelope */
export function eventOf(envelope) {
  return `data: ${JSON.stringify(envelope)}\n\n`;
}

/** That task t runs. */
export const RUNS = eventOf({ code: 200, msg: "success", data: { taskId: "t", successFlag: 0 } });
