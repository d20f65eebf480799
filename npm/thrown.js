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
