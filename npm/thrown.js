// What was thrown below goes out as `cause`, unless it holds the key somewhere: a caller's own fetch may throw the very request.

/**
 * @param {unknown} thrown
 * @param {string} secret
 * @param {number} [depth]
 * @returns {boolean}
 */
export function holds(thrown, secret, depth = 5) {
  if (typeof thrown === "string") return thrown.includes(secret);
  if (thrown === null || typeof thrown !== "object") return false;
  // Deeper than anybody looks, and what cannot be looked into at all, counts as holding it.
  if (depth === 0) return true;
  try {
    const inside = /** @type {Record<PropertyKey, unknown>} */ (thrown);
    // A Request shows its headers by a getter, and they and a Map their content by iteration alone.
    const entries = Symbol.iterator in inside ? Array.from(/** @type {Iterable<unknown>} */ (thrown)) : [inside["headers"]];
    const members = Object.getOwnPropertyNames(inside).map((name) => inside[name]);
    return [...entries, ...members].some((value) => holds(value, secret, depth - 1));
  } catch {
    return true;
  }
}

/**
 * What a caller's function gives: its apiKey, or with a request its fetch, and then what is read of the reply. Here every odd promise and getter
 * ends in a rejection; what is thrown through the wasm leaves a call pending for ever.
 *
 * @param {Function | undefined} own
 * @param {Request | undefined} request
 * @param {boolean} looks
 */
export async function asked(own, request, looks) {
  if (!looks) return own?.();
  // The bare global, so that it is called with the right `this` and found late.
  const reply = await (own ?? fetch)(request);
  const body = await reply.text();
  /** @param {string} name */
  const header = (name) => {
    try {
      return reply.headers.get(name);
    } catch {}
  };
  return { status: reply.status, body, retryAfter: header("Retry-After"), date: header("Date") };
}
