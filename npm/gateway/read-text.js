// What comes in over the network is read no further than it may go. The demo page's Worker reads by this as well.

/**
 * A body as text; null where it is longer than it may be.
 *
 * @param {ReadableStream<Uint8Array> | null} body
 * @param {number} most in bytes
 */
export async function readText(body, most) {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
