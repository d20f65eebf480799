// @ts-check
/** What the page asks its own server beyond the library: whether a simulator stands behind it, and what that one offers. */

/** @typedef {{ id: string, group: string, title: string, expect: string }} Scenario `expect`: what a good client does. */

const REQUEST_MS = 15_000;

/**
 * The simulator's scenarios; none where the real API is behind the server, or where the page is served as plain files.
 * @returns {Promise<Scenario[] | null>}
 */
export async function findSimulator() {
  try {
    const config = await ask("/demo/config.json");
    if (config?.simulator !== true) return null;
    const list = await ask("/simulator/scenarios");
    return (Array.isArray(list) ? list : []).flatMap(toScenario);
  } catch {
    return null;
  }
}

/**
 * Asks for a new picture and returns the id of its task.
 * @param {string} prompt
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function makePicture(prompt, signal) {
  const reply = await ask("/api/v1/nanobanana/generate", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt, type: "TEXTTOIAMGE", numImages: 1 }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
  });
  const taskId = reply?.data?.taskId;
  if (typeof taskId !== "string" || taskId === "") throw new Error("no task id came back");
  return taskId;
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function ask(path, init = {}) {
  const response = await fetch(path, { signal: AbortSignal.timeout(REQUEST_MS), ...init, credentials: "omit", cache: "no-store" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

/**
 * @param {unknown} entry
 * @returns {Scenario[]}
 */
function toScenario(entry) {
  if (typeof entry !== "object" || entry === null || !("id" in entry) || typeof entry.id !== "string") return [];
  const { group, title, expect } = /** @type {Record<string, unknown>} */ (entry);
  return [{ id: entry.id, group: text(group), title: text(title) || entry.id, expect: text(expect) }];
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : "";
}
