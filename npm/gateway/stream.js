// What an object says over its WebSocket, as server-sent events. They are made here and not in the object because an open response keeps an
// object in memory, where it costs by the second, and a WebSocket does not.

/**
 * Proxies take a connection for dead when nothing comes for a minute or so. And a Worker learns that a reader has left by writing: with the
 * compatibility flag enable_request_signal by the first time, and else by the second. Until then the object looks for nobody.
 */
const HEARTBEAT_MS = 5_000;
/**
 * The last event of a stream whose task, or time, is over. Its name keeps it from `onmessage`, and its id is what a
 * standard `EventSource` sends when it reconnects.
 */
const ENDED = "ended";
const END = `event: end\nid: ${ENDED}\ndata:\n\n`;
/** The code that the object closes with then. */
const OVER = 1_000;
/** How much may wait for a reader, who is given up after that. */
const MOST_WAITING = 50;

/**
 * Whether the caller is a standard `EventSource` that reconnects after the end of its stream. It stops at a 204.
 *
 * @param {Request} request
 */
export function hasHeardAll(request) {
  return request.headers.get("Last-Event-ID") === ENDED;
}

/**
 * @param {WebSocket} socket An object's.
 * @param {AbortSignal} signal Of the reader's request.
 * @param {() => boolean} mayGoOn Asked at each heartbeat.
 */
export function streamOf(socket, signal, mayGoOn) {
  // The runtime's own: of streams made in JavaScript it cancels none when the reader leaves (https://github.com/cloudflare/workerd/issues/6832).
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let waiting = 0;
  let number = 0;
  const leave = () => {
    clearInterval(heart);
    socket.close();
    writer.abort().catch(() => {});
  };
  /** @param {string} text */
  const send = async (text) => {
    if (waiting >= MOST_WAITING) return leave();
    waiting += 1;
    await writer.write(encoder.encode(text)).catch(leave);
    waiting -= 1;
  };
  /** @param {{ code?: number }} [event] */
  const end = (event) => {
    clearInterval(heart);
    if (event?.code === OVER) send(END);
    writer.close().catch(() => {});
  };
  const beat = () => {
    if (mayGoOn()) return send(": \n\n");
    socket.close();
    end();
  };
  const heart = setInterval(beat, HEARTBEAT_MS);
  socket.addEventListener("message", ({ data }) => send(`id: ${(number += 1)}\ndata: ${data}\n\n`));
  socket.addEventListener("close", end);
  socket.addEventListener("error", () => end());
  signal.addEventListener("abort", leave);
  socket.accept();
  return new Response(readable, {
    headers: {
      "Content-Type": "text/event-stream",
      // A proxy that compresses collects events before it sends any; nginx collects all replies unless told not to.
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
