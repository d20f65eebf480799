// @ts-check
/** The faults, and what a client has to do in each. */

/**
 * @typedef {import("./run.mjs").Run} Run
 * @typedef {Run & { open: number, keyElsewhere: boolean, timersMs: number | null }} Seen
 *   `open`: requests that were still open a while after the end. `keyElsewhere`: the key arrived at another origin. `timersMs`: how
 *   long after the end it had timers; null where it was not alone in its process.
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} plan What the simulator does; see its README.
 * @property {number} limitMs What the client is given as its limit to the whole wait.
 * @property {number} boundMs When the bench cuts off a client that has not ended by itself.
 * @property {number} lastsMs How long it lasts; 0 where it lasts for some requests, Infinity where it does not pass.
 * @property {(() => unknown) | undefined} [thrown] What fetch throws for that long, from when the first reply has come.
 * @property {"before" | "at the key" | "in flight" | "after a reply" | undefined} [abort] When the caller aborts.
 * @property {{ afterMs: number, byMs: number, both: boolean } | undefined} [clock] A jump of the wall clock, or of the monotonic one too.
 * @property {true | undefined} [apart] In a process of its own, whose end tells of timers left behind.
 * @property {true | undefined} [ownOnly] Nobody else has what it is about.
 * @property {(seen: Seen) => string | null} wrong What is not as it should be.
 */

const SECOND = 1000;
const HOUR = 3_600_000;

/** An abort or a limit may arrive so late. */
const LATE_MS = 150;
/** A limit in a process that has just started, on a busy machine. */
const LIMIT_LATE_MS = 500;
/** The longest pause that is fair after failures, and a look. */
const OUTLIVES_MS = 40 * SECOND;
/** A few attempts with growing pauses. */
const REPORTS_MS = 25 * SECOND;
/** More requests than this in one second are a burst. */
const BURST = 4;
/** Timers of the engine's own may be there for a moment after the end. */
export const TIMERS_MS = 500;

/** How a failed fetch is thrown. @type {[runtime: string, thrown: () => unknown][]} */
const WORDINGS = [
  ["Node", () => new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) })],
  ["Chromium", () => new TypeError("Failed to fetch")],
  ["Firefox", () => new TypeError("NetworkError when attempting to fetch resource.")],
  ["Safari", () => new TypeError("Load failed")],
  ["workerd", () => Object.assign(new Error("Network connection lost."), { retryable: true })],
];

/** What is wrong wherever it is. @param {Seen} seen */
function always({ sent, sentAfter, open, timersMs }) {
  const most = Math.max(0, ...sent.map(({ atMs }) => sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + SECOND).length));
  if (most > BURST) return `${most} requests within a second`;
  if (sentAfter > 0) return `${sentAfter} requests after the end`;
  if (open > 0) return `${open} requests still open after the end`;
  if (timersMs !== null && timersMs > TIMERS_MS) return `timers for ${seconds(timersMs)} after the end`;
  return null;
}

/** It has to go through to the end of the task. @param {Seen} seen */
function outlives(seen) {
  if (seen.end !== "succeeded") return `${seen.end} ${seen.error}`.trim();
  const late = seen.tookMs - (seen.overMs ?? seen.tookMs);
  if (late > OUTLIVES_MS) return `${seconds(late)} late`;
  return always(seen);
}

/** @param {Seen} seen */
function obeys(seen) {
  const early = seen.sent.map(({ notBeforeMs }, index) => (notBeforeMs ?? 0) - (seen.sent[index + 1]?.atMs ?? Infinity));
  // A timer may fire a few ms before its time.
  const most = Math.max(...early);
  return most > 10 ? `came back ${seconds(most)} too early` : outlives(seen);
}

/** @param {Seen} seen */
function stops(seen) {
  if (seen.end !== "failed") return seen.end;
  return seen.sent.length === 1 ? always(seen) : `${seen.sent.length} requests`;
}

/** @param {number} limitMs @returns {(seen: Seen) => string | null} */
const keepsLimit = (limitMs) => (seen) => {
  if (seen.end !== "failed") return seen.end;
  const late = seen.tookMs - limitMs;
  if (late < -50 || late > LIMIT_LATE_MS) return `ended at ${seconds(seen.tookMs)} by a limit of ${seconds(limitMs)}`;
  return always(seen);
};

/** @param {Seen} seen */
function keepsKey(seen) {
  if (seen.end === "still going") return seen.end;
  return seen.keyElsewhere ? "the key went to the other origin" : always(seen);
}

/** @param {Seen} seen */
function aborts(seen) {
  if (seen.end !== "failed") return seen.end;
  if (seen.lateMs === null) return `had ended before: ${seen.error}`;
  if (seen.lateMs > LATE_MS) return `${seconds(seen.lateMs)} late`;
  return seen.isAbort ? always(seen) : `not the signal's reason but ${seen.error}`;
}

/** @param {Seen} seen */
function abortsUnsent(seen) {
  return aborts(seen) ?? (seen.sent.length > 0 ? `${seen.sent.length} requests sent` : null);
}

/**
 * What stays is reported after a few attempts, long before the limit.
 * @param {Seen} seen
 */
function reports(seen) {
  if (seen.end !== "failed") return seen.error || seen.end;
  if (seen.tookMs > REPORTS_MS) return `reported after ${seconds(seen.tookMs)}`;
  return seen.sent.length < 4 ? `${seen.sent.length} requests` : keepsKey(seen);
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / SECOND).toFixed(1)} s`;

/** @type {Fault[]} */
const outages = [5, 30, 120].flatMap((lasts) =>
  WORDINGS.map(([runtime, thrown]) => ({
    name: `no network for ${lasts} s, as ${runtime} words it`,
    plan: "success-3s",
    limitMs: 180 * SECOND,
    boundMs: 195 * SECOND,
    lastsMs: lasts * SECOND,
    thrown,
    wrong: outlives,
  })),
);

/** After one good reply, then success. @param {string} name @param {string} plan @param {number} [lasts] @param {Fault["wrong"]} [wrong] @returns {Fault} */
const passing = (name, plan, lasts = 0, wrong = outlives) => ({
  name,
  plan: `script.pending*1.${plan}.success`,
  limitMs: 90 * SECOND,
  boundMs: 100 * SECOND,
  lastsMs: lasts * SECOND,
  wrong,
});

/** @type {Fault[]} */
const replies = [
  passing("connections reset for 30 s", "reset-30s", 30),
  passing("429, Retry-After: 5, twice", "http-429-retry-5s*2", 0, obeys),
  passing("429, Retry-After a date 5 s on, twice", "http-429-retry-date-5s*2", 0, obeys),
  passing("429 without Retry-After, 3 times", "http-429*3"),
  passing("500 for 10 s", "http-500-10s", 10),
  passing("502 for 10 s", "http-502-10s", 10),
  passing("503 for 10 s", "http-503-10s", 10),
  passing("524 with a page of HTML for 10 s", "html-524-10s", 10),
  passing("half a JSON, 3 times", "cut-json*3"),
  passing("reset in mid-body, 3 times", "reset-body*3"),
  passing("a flag nobody knows, 3 times", "flag-99*3"),
  passing("code 200 without data, 3 times", "not-found-null*3"),
  passing("a page of HTML with 404, 3 times, while pods restart", "html-404*3"),
  passing("a page of HTML with 409, twice", "html-409*2"),
  passing("a page of HTML with 410, twice", "html-410*2"),
  passing("a page of HTML with 499, twice", "html-499*2"),
  passing("401 once, by an overloaded store of keys", "http-401*1"),
  passing("a success before its URL, twice", "success-no-url*2"),
  { ...passing("the task is not there yet for 5 s", ""), plan: "late-5s" },
  { ...passing("a redirect to another origin", "", Infinity, keepsKey), plan: "redirect-other", limitMs: 10 * SECOND, boundMs: 20 * SECOND },
];

/** @type {Fault[]} */
const ends = [
  { ...passing("a page of HTML with 404 that stays", "", Infinity, reports), plan: "script.pending*1.html-404" },
  { ...passing("401 that stays after a good reply", "", Infinity, reports), plan: "script.pending*1.http-401" },
  { ...passing("a success that never gets a URL", "", Infinity, reports), plan: "script.pending*1.success-no-url" },
  { ...passing("a redirect to a login page that stays", "", Infinity, reports), plan: "script.pending*1.redirect-login" },
  { ...passing("401", "", Infinity, stops), plan: "http-401", limitMs: 10 * SECOND, boundMs: 15 * SECOND, apart: true },
  { ...passing("401 in the body of a 200", "", Infinity, stops), plan: "body-401", limitMs: 10 * SECOND, boundMs: 15 * SECOND, apart: true },
  {
    ...passing("a body without end, by a limit of 6 s", "", Infinity, keepsLimit(6 * SECOND)),
    plan: "script.pending*1.drip-endless-200ms",
    limitMs: 6 * SECOND,
    boundMs: 15 * SECOND,
    apart: true,
  },
];

/** @param {string} name @param {number} byMs @returns {Fault} */
const jump = (name, byMs) => ({
  name,
  plan: "success-8s",
  limitMs: 60 * SECOND,
  boundMs: 40 * SECOND,
  lastsMs: Infinity,
  clock: { afterMs: 3 * SECOND, byMs, both: false },
  apart: true,
  wrong: outlives,
});

/** @type {Fault[]} */
const clocks = [
  jump("the clock jumps on by an hour", HOUR),
  jump("the clock jumps back by an hour", -HOUR),
  {
    ...jump("the clock jumps back, by a limit of 12 s", -HOUR),
    plan: "pending",
    limitMs: 12 * SECOND,
    boundMs: 25 * SECOND,
    wrong: keepsLimit(12 * SECOND),
  },
  // The task is done meanwhile: one more look is all that it takes.
  { ...jump("asleep for an hour, by a limit of 60 s", HOUR), plan: "success-2200ms", clock: { afterMs: 2250, byMs: HOUR, both: true } },
];

/** @param {string} name @param {string} plan @param {Fault["abort"]} abort @returns {Fault} */
const aborted = (name, plan, abort) => ({
  name: `aborted ${name}`,
  plan,
  limitMs: 60 * SECOND,
  boundMs: 12 * SECOND,
  lastsMs: Infinity,
  abort,
  apart: true,
  wrong: abort === "before" || abort === "at the key" ? abortsUnsent : aborts,
});

/** @type {Fault[]} */
const aborting = [
  aborted("before the call", "pending", "before"),
  { ...aborted("while a function gets the key", "pending", "at the key"), ownOnly: true },
  aborted("with a request in flight", "silent", "in flight"),
  aborted("in mid-body", "drip-endless-200ms", "after a reply"),
  aborted("between two looks", "pending", "after a reply"),
  aborted("in the pause after a failure", "http-502", "after a reply"),
  aborted("in the pause that Retry-After orders", "http-429-retry-30s", "after a reply"),
];

/** The long ones first, as they are what a run takes its time from. */
export const faults = [...outages, ...replies, ...ends, ...clocks, ...aborting];
