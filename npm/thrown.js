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
    const inside = /** @type {Record<string, unknown>} */ (thrown);
    const header = /** @type {{ get?(name: string): unknown } | undefined} */ (inside["headers"])?.get?.("authorization");
    return (
      holds(header, secret, depth - 1) ||
      Object.getOwnPropertyNames(inside).some((name) => holds(inside[name], secret, depth - 1))
    );
  } catch {
    return true;
  }
}
