// One step of the package's own wait: a look, and how long until the next. What replies mean and when to look again is the core's to say.
import { refusal } from "../gateway/answer.js";
import { failed, found } from "../gateway/look.js";

/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */
/** @typedef {import("../../src/types.d.ts").TaskHandle} TaskHandle */
/** @typedef {import("../../src/types.d.ts").WaitOptions} WaitOptions */
/** @typedef {import("../gateway/answer.js").Answer} Answer */
/**
 * What the core judges the next failure by: whether a poll has been good, the failures since then, those
 * of them whose number is limited, and since when the API knows no such task. Each alarm begins a wait,
 * which cannot know it by itself.
 *
 * @typedef {{ seen: number, failures: number, limited: number, unknownSince?: number | null }} History
 */
/** @typedef {import("../../src/types.d.ts").Progress & { history: History | null }} Progress `history` is null at the end. */

/**
 * @typedef {object} Step
 * @property {Answer} answer
 * @property {TaskHandle | null} handle Null where the wait has ended.
 * @property {number} pauseMs Until the next look, where the wait goes on.
 * @property {"done" | "late" | "refused" | null} end "done": the task's own. "late": the deadline's. "refused": of an error that does not pass.
 * @property {History | null} history Null where the wait has ended.
 */

/** A third of the core's: one look is everybody's who asks, and each of them pauses as well. */
const LONGEST_PAUSE_MS = 10_000;

/** Ends a wait after its first look. */
const SEEN = new Error("seen");

/**
 * @param {typeof import("../../src/types.d.ts").waitForTask} waitForTask
 * @param {string | TaskHandle} task
 * @param {WaitOptions} options
 * @param {import("../gateway/look.js").Handing} handing
 * @param {History} [history] Of the steps before.
 * @returns {Promise<Step>}
 */
export async function step(waitForTask, task, options, handing, history = { seen: 0, failures: 0, limited: 0 }) {
  /** @type {Progress | undefined} */
  let seen;
  const onProgress = (/** @type {import("../../src/types.d.ts").Progress} */ progress) => {
    seen = /** @type {Progress} */ (progress);
    // An end the wait tells by itself. Where no look is to come before the deadline, nobody waits for that here.
    if (seen.history) throw SEEN;
  };
  try {
    const given = { ...options, onProgress, history };
    return ended("done", found(await waitForTask(task, given), handing));
  } catch (thrown) {
    if (thrown === SEEN && seen) return goesOn(seen, handing);
    const error = /** @type {TaskError} */ (thrown);
    const { kind, details } = error;
    if (kind === "task-failed" && details) return ended("done", found(details, handing));
    if (details) return ended(kind === "timed-out" ? "late" : "refused", found(details, handing));
    // What a time-out says is for who began the wait, and its status that of the last failure.
    return kind === "timed-out" ? ended("late", refusal(504, "The task was not seen in time: ask again")) : ended("refused", failed(error, handing));
  }
}

/** @param {NonNullable<Step["end"]>} end @param {Answer} answer @returns {Step} */
function ended(end, answer) {
  return { answer, handle: null, pauseMs: 0, end, history: null };
}

/**
 * @param {Progress} progress
 * @param {import("../gateway/look.js").Handing} handing
 * @returns {Step}
 */
function goesOn(progress, handing) {
  const { problem, details, handle, history } = progress;
  const answer = details && !problem ? found(details, handing) : failed(/** @type {TaskError} */ (problem), handing);
  return { answer, handle, pauseMs: pauseAfter(progress), end: null, history };
}

/** @param {Progress} progress */
function pauseAfter({ problem, nextLookInMs, handle }) {
  const askedMs = problem?.retryAfterMs ?? null;
  if (nextLookInMs === null) return Math.max(askedMs ?? 0, (handle.deadlineAt ?? 0) - Date.now());
  return problem && askedMs === null ? Math.min(nextLookInMs, LONGEST_PAUSE_MS) : nextLookInMs;
}
