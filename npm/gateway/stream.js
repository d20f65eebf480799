// What an object says over its WebSocket, as server-sent events. They are made here and not in the object because an open response keeps an
// object in memory, where it costs by the second, and a WebSocket does not.

/**
 * Proxies take a connection for dead when nothing comes for a minute or so. And a Worker learns that a reader has left by writing: with the
 * compatibility flag enable_request_signal by the first time, and else by the second. Until then the object looks for nobody.
 */
const HEARTBEAT_MS = 5_000;
/** How much may wait for a reader, who is given up after that. */
const MOST_WAITING = 50;

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
  const end = () => {
    clearInterval(heart);
    writer.close().catch(() => {});
  };
  const beat = () => {
    if (mayGoOn()) return send(": \n\n");
    socket.close();
    end();
  };
  const heart = setInterval(beat, HEARTBEAT_MS);
  socket.addEventListener("message", ({ data }) => send(`data: ${data}\n\n`));
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  signal.addEventListener("abort", leave);
  socket.accept();
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
  return new Response(readable, { headers });
}
