// What was thrown below goes out as `cause`. With a key it may hold that anywhere, because a caller's own fetch may throw the very request: in a
// member of any name, by a getter, within a function. So it goes out as a copy, of what helps to understand it and nothing else.
import { SHORTEST_KEY, clean } from "./echo.js";

/** An error has a cause, that has one, and so on: more than these are nobody's intention. */
const MOST_CAUSES = 8;

/**
 * What was thrown, without the key: as it is where there is no key to speak of, and else texts and numbers, and of anything that has members a
 * plain error with name, message, code, stack and cause of it.
 *
 * @param {unknown} thrown
 * @param {string} key
 * @returns {unknown}
 */
export function withoutKey(thrown, key) {
  if (key.length < SHORTEST_KEY) return thrown;
  try {
    return copyOf(thrown, key, MOST_CAUSES);
  } catch {
    // A getter threw, or a proxy has been revoked.
  }
}

/**
 * @param {any} thrown
 * @param {string} key
 * @param {number} depth
 * @returns {unknown}
 */
function copyOf(thrown, key, depth) {
  if (Object(thrown) !== thrown) return leafOf(thrown, key);
  if (depth === 0) return undefined;
  const { name, message, code, stack, errors } = thrown;
  // Node.js puts what happened at each of a host's addresses together.
  const cause = copyOf(thrown.cause ?? errors?.[0], key, depth - 1);
  const error = new Error(String(leafOf(message, key) ?? ""), cause === undefined ? undefined : { cause });
  for (const [at, value] of Object.entries({ name, stack, code })) {
    const leaf = leafOf(value, key);
    if (leaf !== undefined) Object.defineProperty(error, at, { value: leaf, enumerable: at === "code", configurable: true, writable: true });
  }
  return error;
}

/**
 * @param {unknown} value
 * @param {string} key
 */
function leafOf(value, key) {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = clean(String(value), key);
  return text === String(value) ? value : text;
}
