// @ts-check
/**
 * A Worker whose callers leave when they have said that they will, and with them its request to the
 * Worker behind it.
 */

export default {
  /** @param {Request} request @param {{ BACK: { fetch: typeof fetch } }} env */
  async fetch(request, { BACK }) {
    const afterMs = Number(request.headers.get("x-leaves-after") ?? 0);
    const { signal } = new AbortController();
    return BACK.fetch(request.url, {
      headers: request.headers,
      signal: afterMs > 0 ? AbortSignal.timeout(afterMs) : signal,
    }).catch(() => new Response(null, { status: 499 }));
  },
};
