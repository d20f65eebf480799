// @ts-check
/** Wires form, library, storage and view. One turn at a time: its AbortController ends every request, timer and wait of that turn. */

import { TaskError, waitForTask } from "../pkg/index.js";
import * as session from "./session.js";
import { findSimulator, makePicture } from "./simulator.js";
import * as start from "./start.js";
import * as view from "./view.js";
import { progressAt } from "./words.js";

/** @typedef {import("../pkg/index.js").TaskHandle} TaskHandle */
/** @typedef {import("../pkg/index.js").Progress} Progress */
/** @typedef {import("./view.js").State} State */

const TICK_MS = 250;

/** @type {State} */
let state = { kind: "idle" };
let turn = new AbortController();
/** What "Go on waiting" and "Try again" hand to the library. @type {string | TaskHandle | null} */
let resumable = null;
/** The prompt of a picture that this page asked for, and the task that makes it. */
let asked = { taskId: "", prompt: "" };

start.listen(({ way, text }) => {
  if (way === "prompt") void make(text);
  else void follow(text);
  view.takeFocus();
});
view.listen({ onStop: stopWaiting, onAgain: goOn });

start.prefill(new URLSearchParams(location.search).get("taskId") ?? "");
const remembered = session.recall();
if (remembered !== null) void follow(remembered);
const scenarios = await findSimulator();
if (scenarios !== null) start.offerSimulator(scenarios);

/** Ends the running turn with all it owns, and begins the next. */
function nextTurn() {
  turn.abort();
  turn = new AbortController();
  return turn;
}

/** @param {State} next */
function become(next) {
  const keepFocus = view.hasFocus() && next.kind !== "waiting" && next.kind !== state.kind;
  const wasPending = state.kind === "waiting" || state.kind === "making";
  state = next;
  view.show(state, Date.now());
  if (keepFocus && wasPending) view.takeFocus();
}

/**
 * Keeps the clocks of the page going until the turn ends or nothing moves any more.
 * @param {AbortController} mine
 */
function keepTicking(mine) {
  const timer = setInterval(() => {
    if (!view.tick(state, Date.now())) mine.abort();
  }, TICK_MS);
  mine.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** @param {string | TaskHandle} task */
async function follow(task) {
  const mine = nextTurn();
  const taskId = typeof task === "string" ? task : task.taskId;
  const startedAt = typeof task === "string" ? Date.now() : task.startedAt;
  resumable = task;
  session.remember(task);
  become({ kind: "waiting", taskId, startedAt, look: null, lookedAt: startedAt, progress: 0 });
  keepTicking(mine);

  /** @param {Progress} look */
  const onProgress = (look) => {
    if (mine.signal.aborted) return;
    resumable = look.handle;
    session.remember(look.handle);
    const now = Date.now();
    const stood = state.kind === "waiting" && state.look !== null ? progressAt(state, now) : 0;
    become({ kind: "waiting", taskId, startedAt, look, lookedAt: now, progress: Math.max(stood, look.estimatedProgress) });
  };

  try {
    const done = await waitForTask(task, { signal: mine.signal, onProgress });
    if (mine.signal.aborted) return;
    session.forget();
    const alt = asked.taskId === taskId ? asked.prompt : `Result of task ${taskId}`;
    become({ kind: "succeeded", taskId, task: done, alt });
  } catch (error) {
    if (mine.signal.aborted) return;
    mine.abort();
    session.forget();
    const known = error instanceof TaskError ? error : null;
    resumable = known?.handle ?? (known?.retryable ? taskId : null);
    become({ kind: "failed", taskId, error: known, canGoOn: resumable !== null });
  }
}

/** @param {string} prompt */
async function make(prompt) {
  const mine = nextTurn();
  session.forget();
  become({ kind: "making" });
  try {
    const taskId = await makePicture(prompt, mine.signal);
    if (mine.signal.aborted) return;
    asked = { taskId, prompt };
    void follow(taskId);
  } catch {
    if (mine.signal.aborted) return;
    mine.abort();
    become({ kind: "idle" });
    start.complain("prompt", "The picture could not be started. Check that the page’s server still runs, then try again.");
  }
}

function stopWaiting() {
  turn.abort();
  session.forget();
  if (state.kind === "waiting") become({ kind: "stopped", taskId: state.taskId, canGoOn: resumable !== null });
  else become({ kind: "idle" });
}

function goOn() {
  if (resumable === null) return;
  void follow(resumable);
  view.takeFocus();
}
