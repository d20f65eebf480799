// @ts-check
/** Remembers the one wait of this tab across a reload: a task id at first, its handle from the first look on. */

/** @typedef {import("../pkg/index.js").TaskHandle} TaskHandle */

const PLACE = "nanobanana-task.wait";

/** @param {string | TaskHandle} task */
export function remember(task) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(task));
  } catch {
    // Storage may be switched off or full: the wait then simply does not outlive a reload.
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // As above.
  }
}

/** @returns {string | TaskHandle | null} */
export function recall() {
  try {
    const task = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    if (isTask(task)) return task;
  } catch {
    // Storage switched off, or not our JSON.
  }
  forget();
  return null;
}

/**
 * Whether the library can be asked to judge it: what is inside a handle is the library's own business.
 * @param {unknown} value
 * @returns {value is string | TaskHandle}
 */
function isTask(value) {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && "taskId" in value && typeof value.taskId === "string" && "startedAt" in value;
}
