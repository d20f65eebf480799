// What comes in over the network is read no further than it may go. The demo page's Worker reads by this as well.

/** Who sends something to be read as text has sent it by then. */
const WITHIN_MS = 15_000;

/**
 * A body as text; null where it is longer than it may be, in bytes or in time.
 *
 * @param {ReadableStream<Uint8Array> | null} body
 * @param {number} most in bytes
 */
export async function readText(body, most) {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  let bytes = 0;
  const timer = setTimeout(() => {
    bytes = Infinity;
    reader.cancel().catch(() => {});
  }, WITHIN_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return bytes > most ? null : text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > most) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}
