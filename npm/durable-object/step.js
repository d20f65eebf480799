// One step of the package's own wait: a look, and how long until the next. What replies mean and when to look again is the core's to say.
import { refusal } from "../gateway/answer.js";
import { failed, found, hasEnded } from "../gateway/look.js";

/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */
/** @typedef {import("../../src/types.d.ts").TaskHandle} TaskHandle */
/** @typedef {import("../../src/types.d.ts").WaitOptions} WaitOptions */
/** @typedef {import("../gateway/answer.js").Answer} Answer */

/**
 * @typedef {object} Step
 * @property {Answer} answer
 * @property {TaskHandle | null} handle Null where the wait has ended.
 * @property {number} pauseMs Until the next look, where the wait goes on.
 * @property {"done" | "late" | "refused" | null} end "done": the task's own. "late": the deadline's. "refused": of an error that does not pass.
 * @property {boolean} faulty Whether it was a failure that passes, whose pauses grow.
 */

/** Ends a wait after its first look. */
const SEEN = new Error("seen");

/**
 * @param {typeof import("../../src/types.d.ts").waitForTask} waitForTask
 * @param {string | TaskHandle} task
 * @param {WaitOptions} options
 * @returns {Promise<Step>}
 */
export async function step(waitForTask, task, options) {
  /** @type {import("../../src/types.d.ts").Progress | undefined} */
  let seen;
  const onProgress = (/** @type {NonNullable<typeof seen>} */ progress) => {
    seen = progress;
    // An end the wait tells by itself. Where no look is to come before the deadline, nobody waits for that here.
    if (!isOver(progress)) throw SEEN;
  };
  try {
    return ended("done", found(await waitForTask(task, { ...options, onProgress }), false));
  } catch (thrown) {
    if (thrown === SEEN && seen) return goesOn(seen);
    const error = /** @type {TaskError} */ (thrown);
    const { kind, details } = error;
    if (kind === "task-failed" && details) return ended("done", found(details, false));
    if (details) return ended(kind === "timed-out" ? "late" : "refused", found(details, false));
    // What a time-out says is for who began the wait, and its status that of the last failure.
    return kind === "timed-out" ? ended("late", refusal(504, "The task was not seen in time: ask again")) : ended("refused", failed(error));
  }
}

/** @param {NonNullable<Step["end"]>} end @param {Answer} answer @returns {Step} */
function ended(end, answer) {
  return { answer, handle: null, pauseMs: 0, end, faulty: false };
}

/** @param {import("../../src/types.d.ts").Progress} progress */
function isOver({ problem, details }) {
  return problem ? !problem.retryable : hasEnded(details?.status);
}

/** @param {import("../../src/types.d.ts").Progress} progress @returns {Step} */
function goesOn({ problem, details, nextLookInMs, handle }) {
  const untilDeadlineMs = Math.max(0, (handle.deadlineAt ?? 0) - Date.now());
  const answer = details && !problem ? found(details, false) : failed(/** @type {TaskError} */ (problem));
  const faulty = problem !== null && problem.kind !== "not-found" && problem.retryAfterMs === null;
  return { answer, handle, pauseMs: nextLookInMs ?? Math.max(problem?.retryAfterMs ?? 0, untilDeadlineMs), end: null, faulty };
}
