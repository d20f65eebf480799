// What comes out of a storage, read without the wasm.

/** The longest task id in bytes, as in the core. */
const LONGEST_ID = 256;

/**
 * @param {unknown} value
 * @returns {import("../src/types.d.ts").TaskHandle | null}
 */
export function parseTaskHandle(value) {
  try {
    const { v, taskId, startedAt, deadlineAt = null } = typeof value === "string" ? JSON.parse(value) : value;
    const isInstant = (/** @type {unknown} */ at, from = 0) => Number.isFinite(at) && Number(at) >= from;
    const isId = typeof taskId === "string" && /[^ \t\n\f\r]/.test(taskId) && !taskId.startsWith("{");
    if (v !== 1 || !isId || new TextEncoder().encode(taskId).length > LONGEST_ID) return null;
    if (!isInstant(startedAt) || (deadlineAt !== null && !isInstant(deadlineAt, startedAt))) return null;
    return { v, taskId, startedAt, deadlineAt };
  } catch {
    return null;
  }
}
