// What may be a task's id, wherever it comes from. The core has the last word on it; an object is made before that is asked.

const MOST_BYTES = 256;

/** @param {unknown} given @returns {given is string} */
export function isTaskId(given) {
  if (typeof given !== "string" || given.trim() === "" || given.startsWith("{")) return false;
  // What no id holds: control characters, and what was no text before it was decoded.
  return !/[\p{Cc}\p{Cs}\uFFFD]/u.test(given) && new TextEncoder().encode(given).length <= MOST_BYTES;
}
