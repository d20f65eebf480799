// @ts-check
/**
 * The library's two exports that the page uses, playing what the task id says:
 *   fails.KIND           the wait fails with that kind
 *   fails.task.STATUS    the task fails with that status
 *   rides.KIND           a look fails with that kind, and the wait goes on
 *   origin.MS            a picture whose original expires in that many ms
 *   script               a picture whose addresses are javascript:
 *   throws               something that is no TaskError
 */

export class TaskError extends Error {
  /** @param {Record<string, unknown>} fields */
  constructor(fields) {
    super("what the library says");
    Object.assign(this, { name: "TaskError", retryable: false, httpStatus: null, code: null, details: null, attempts: 3, elapsedMs: 4000 }, fields);
  }
}

const FINAL = ["invalid-argument", "unauthorized", "payment-required", "forbidden", "bad-request"];
const task = { paramJson: null, operationType: null, createTime: null, completeTime: null, createdAt: null, completedAt: null };

/**
 * @param {string | { taskId: string, startedAt: number }} asked
 * @param {{ signal: AbortSignal, onProgress: (progress: object) => void }} options
 */
export async function waitForTask(asked, { signal, onProgress }) {
  const taskId = typeof asked === "string" ? asked : asked.taskId;
  const handle = { v: 1, taskId, startedAt: Date.now(), deadlineAt: null };
  const [what, kind = "", status] = taskId.split(".");
  if (typeof asked !== "string") document.documentElement.dataset["resumed"] = taskId;
  if (what === "throws") throw new RangeError("not a TaskError");
  if (what === "origin") {
    const response = { resultImageUrl: new URL("/favicon.svg", location.href).href, originImageUrl: "https://example.com/original.jpg" };
    const originImageExpiresAt = new Date(Date.now() + Number(kind));
    return { ...task, taskId, status: "SUCCESS", successFlag: 1, errorCode: null, errorMessage: null, response: { ...response, originImageExpiresAt } };
  }
  if (what === "script") {
    const response = { resultImageUrl: "javascript:document.body.remove()", originImageUrl: "javascript:1", originImageExpiresAt: null };
    return { ...task, taskId, status: "SUCCESS", successFlag: 1, errorCode: null, errorMessage: null, response };
  }
  if (what === "fails" && kind === "task") {
    const details = { ...task, taskId, status, successFlag: 3, response: null, errorCode: 501, errorMessage: "said by the API" };
    throw new TaskError({ kind: "task-failed", taskId, code: 501, details, handle: null });
  }
  const error = new TaskError({ kind, taskId, retryable: !FINAL.includes(kind), handle: kind === "invalid-argument" ? null : handle });
  if (what === "fails") throw error;
  const shared = { attempt: 1, nextLookInMs: 3000, estimatedProgress: 0.25, handle, elapsedMs: 5000 };
  onProgress({ ...shared, details: { ...task, taskId, status: "GENERATING", successFlag: 0, response: null }, problem: null });
  await new Promise((resolve) => setTimeout(resolve, 300));
  onProgress({ ...shared, attempt: 2, details: { ...task, taskId, status: "GENERATING", successFlag: 0, response: null }, problem: error });
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
