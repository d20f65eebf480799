// @ts-check
/** State in, document out. Holds no timer and starts nothing; the clock is handed in. */

import { byId, setText, webAddress } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("../pkg/index.js").Progress} Progress */
/** @typedef {import("../pkg/index.js").SucceededTask} SucceededTask */
/** @typedef {import("../pkg/index.js").TaskError} TaskError */

/**
 * What the page is doing. `look` is the last look, `lookedAt` the moment it was reported and `progress` how far the bar stood then.
 * `error` is null where something failed that the library does not speak of.
 * @typedef {{ kind: "idle" }
 *   | { kind: "making" }
 *   | { kind: "waiting", taskId: string, startedAt: number, look: Progress | null, lookedAt: number, progress: number }
 *   | { kind: "succeeded", taskId: string, task: SucceededTask, alt: string }
 *   | { kind: "failed", taskId: string, error: TaskError | null, canGoOn: boolean }
 *   | { kind: "stopped", taskId: string, canGoOn: boolean }} State
 */

const stage = byId("stage", HTMLElement);
const word = byId("word", HTMLHeadingElement);
const next = byId("next", HTMLParagraphElement);
const about = byId("about", HTMLParagraphElement);
const taskName = byId("task-name", HTMLElement);
const waiting = byId("waiting", HTMLDivElement);
const progress = byId("progress", HTMLProgressElement);
const percent = byId("percent", HTMLElement);
const elapsed = byId("elapsed", HTMLElement);
const attempt = byId("attempt", HTMLElement);
const nextLook = byId("next-look", HTMLElement);
const problem = byId("problem", HTMLParagraphElement);
const result = byId("result", HTMLElement);
const picture = byId("picture", HTMLImageElement);
const pictureProblem = byId("picture-problem", HTMLParagraphElement);
const open = byId("open", HTMLAnchorElement);
const address = byId("address", HTMLParagraphElement);
const original = byId("original", HTMLParagraphElement);
const openOriginal = byId("open-original", HTMLAnchorElement);
const originalLeft = byId("original-left", HTMLElement);
const facts = byId("facts", HTMLDListElement);
const again = byId("again", HTMLButtonElement);
const stop = byId("stop", HTMLButtonElement);
const announcer = byId("announcer", HTMLParagraphElement);

picture.addEventListener("error", () => {
  if (!picture.hasAttribute("src")) return;
  picture.hidden = true;
  pictureProblem.hidden = false;
  setText(pictureProblem, "The picture could not be shown here. Its link below may still work.");
  setText(announcer, "The picture could not be shown here. Its link follows.");
});

/**
 * @param {State} state
 * @param {number} now
 */
export function show(state, now) {
  const said = words.stateWords(state);
  const pending = state.kind === "waiting" || state.kind === "making";
  const canGoOn = (state.kind === "failed" || state.kind === "stopped") && state.canGoOn;

  // The stage is marked busy while it changes on its own; the announcer stands outside it and keeps speaking.
  stage.setAttribute("aria-busy", String(pending));
  stage.dataset["state"] = state.kind;
  setText(word, said.title);
  setText(next, said.next);
  document.title = state.kind === "idle" ? "NanoBanana task" : `${said.title} · NanoBanana task`;

  about.hidden = !("taskId" in state);
  setText(taskName, "taskId" in state ? state.taskId : "");
  waiting.hidden = !pending;
  stop.hidden = !pending;
  again.hidden = !canGoOn;
  if (canGoOn) setText(again, state.kind === "failed" && state.error ? words.againWords(state.error) : "Go on waiting");

  showLook(state.kind === "waiting" ? state.look : null);
  showResult(state.kind === "succeeded" ? state : null);
  showFacts(state.kind === "failed" && state.error ? words.failureFacts(state.error) : []);
  tick(state, now);
  setText(announcer, words.announcement(state));
}

/**
 * The parts that change with time alone.
 * @param {State} state
 * @param {number} now
 * @returns {boolean} whether they will change again
 */
export function tick(state, now) {
  if (state.kind === "waiting") {
    const { look, lookedAt, startedAt } = state;
    setText(elapsed, words.durationWords(look ? look.elapsedMs + now - lookedAt : now - startedAt));
    if (look) showProgress(words.progressAt(state, now));
    setText(nextLook, words.nextLookWords(look?.nextLookInMs == null ? null : lookedAt + look.nextLookInMs - now));
    return true;
  }
  if (state.kind === "making") {
    setText(elapsed, words.durationWords(0));
    setText(nextLook, "after the start");
  }
  return state.kind === "succeeded" && showOriginal(state.task.response, now);
}

/** Whether the reader's focus is where the stage is about to change under it. */
export function hasFocus() {
  return document.activeElement === null || document.activeElement === document.body || stage.contains(document.activeElement);
}

/** Brings reader and keyboard to the headline; the buttons of the stage come next. */
export function takeFocus() {
  word.focus();
  stage.scrollIntoView({ block: "nearest" });
}

/** @param {{ onStop: () => void, onAgain: () => void }} actions */
export function listen({ onStop, onAgain }) {
  stop.addEventListener("click", onStop);
  again.addEventListener("click", onAgain);
}

/** @param {Progress | null} look */
function showLook(look) {
  setText(attempt, String(look?.attempt ?? 1));
  if (!look) {
    progress.removeAttribute("value");
    progress.removeAttribute("aria-valuetext");
    setText(percent, "");
  }
  problem.hidden = !look?.problem;
  setText(problem, look?.problem ? words.problemWords(look.problem) : "");
}

/** @param {number} share 0 to 1 */
function showProgress(share) {
  const said = words.percentWords(share);
  progress.value = share;
  progress.setAttribute("aria-valuetext", said);
  setText(percent, said);
}

/** @param {{ task: SucceededTask, alt: string } | null} success */
function showResult(success) {
  result.hidden = success === null;
  pictureProblem.hidden = true;
  const given = success?.task.response.resultImageUrl ?? "";
  const href = webAddress(given);
  picture.hidden = href === null;
  open.hidden = href === null;
  setText(address, given);
  if (href !== null && success !== null) {
    picture.alt = success.alt;
    picture.src = href;
    open.href = href;
    return;
  }
  picture.removeAttribute("src");
  picture.alt = "";
  open.removeAttribute("href");
  if (success !== null) {
    pictureProblem.hidden = false;
    setText(pictureProblem, "The API gave an address that is no web link, so the page does not open it. It is written out below.");
  }
}

/**
 * @param {SucceededTask["response"]} response
 * @param {number} now
 * @returns {boolean} whether its time is still running
 */
function showOriginal({ originImageUrl, originImageExpiresAt }, now) {
  original.hidden = originImageUrl === null;
  if (originImageUrl === null) return false;
  const left = originImageExpiresAt === null ? null : originImageExpiresAt.getTime() - now;
  const expired = left !== null && left <= 0;
  const href = expired ? null : webAddress(originImageUrl);
  openOriginal.hidden = href === null;
  if (href === null) openOriginal.removeAttribute("href");
  else if (openOriginal.href !== href) openOriginal.href = href;
  setText(originalLeft, words.originalWords(left));
  return left !== null && !expired;
}

/** @param {[string, string][]} rows */
function showFacts(rows) {
  facts.hidden = rows.length === 0;
  facts.replaceChildren(
    ...rows.map(([name, value]) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const said = document.createElement("dd");
      term.textContent = name;
      said.textContent = value;
      row.append(term, said);
      return row;
    }),
  );
}
