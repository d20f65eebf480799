// What an object says over its WebSocket, as server-sent events. They are made here and not in the object because an open response keeps an
// object in memory, where it costs by the second, and a WebSocket does not.

/** A WebSocket as Cloudflare's runtime hands it out. @typedef {WebSocket & { accept(): void }} Socket */

/** Proxies take a connection for dead when nothing comes for a minute or so. */
const HEARTBEAT_MS = 15_000;
/** How many events may wait for a reader, who is given up after that. */
const MOST_WAITING = 50;

/** @param {Socket} socket */
export function streamOf(socket) {
  const encoder = new TextEncoder();
  /** @type {ReturnType<typeof setInterval>} */
  let heart;
  const leave = () => {
    clearInterval(heart);
    socket.close();
  };
  const body = new ReadableStream(
    {
      start(controller) {
        /** @param {string} text */
        const send = (text) => {
          if ((controller.desiredSize ?? 0) > -MOST_WAITING) return controller.enqueue(encoder.encode(text));
          leave();
          controller.error(new Error("The reader does not keep up"));
        };
        const end = () => {
          clearInterval(heart);
          try {
            controller.close();
          } catch {
            // It was ended already.
          }
        };
        socket.addEventListener("message", ({ data }) => send(`data: ${data}\n\n`));
        socket.addEventListener("close", end);
        socket.addEventListener("error", end);
        heart = setInterval(send, HEARTBEAT_MS, ": \n\n");
        socket.accept();
      },
      cancel: leave,
    },
  );
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
  return new Response(body, { headers });
}
