// @ts-check
/** One client through one fault: what it sent and how it ended. */

import { setTimeout as pause } from "node:timers/promises";

/**
 * @typedef {import("./clients.mjs").Client} Client
 * @typedef {import("./list.mjs").Fault} Fault
 *
 * @typedef {object} Sent
 * @property {number} atMs Since the call, as all times here.
 * @property {number | null} endedMs When the reply's head came, or the failure.
 * @property {boolean} good HTTP 200; what its body says is for the client.
 * @property {number | null} notBeforeMs When Retry-After lets the next request go.
 *
 * @typedef {object} Run
 * @property {"succeeded" | "failed" | "still going"} end The last where the bench had to cut it off.
 * @property {string} error What came out, in short.
 * @property {boolean} isReason Whether that is the abort's own reason.
 * @property {boolean} isAbort Whether it tells of the abort as this client is to.
 * @property {number} tookMs
 * @property {number | null} lateMs From the abort to the end, less what the machine took from this process meanwhile; null where it ended before.
 * @property {number | null} beganMs The fault's first moment, where that is known.
 * @property {number | null} overMs The fault's last moment, where it has one.
 * @property {Sent[]} sent Until the end.
 * @property {number} sentAfter Requests that were sent after the end.
 */

// A fault may put another clock in their place.
const clock = performance.now.bind(performance);

/** How long after the moment that it waits for an abort comes: by then the client is in the pause, or has the request in flight. */
const SETTLED_IN_MS = 250;
/** A failing fetch takes its time, too. */
const FAILING_MS = 20;
/** However long a tick took, the client could do nothing for longer than that. */
const TICK_MS = 5;

/**
 * @param {Fault} fault
 * @param {Client} client
 * @param {{ baseUrl: string, key: string, taskId: string }} to
 * @param {(() => void) | undefined} [sentLate] Called for each request after the end.
 * @returns {Promise<Run>} It goes on counting after the end.
 */
export async function run(fault, client, to, sentLate) {
  const began = clock();
  const sinceBegan = () => clock() - began;
  const { abort, thrown } = fault;
  const controller = new AbortController();
  const reason = new RangeError("the user left");
  /** @type {Run} */
  const result = { end: "still going", error: "", isReason: false, isAbort: false, tookMs: 0, lateMs: null, beganMs: null, overMs: null, sent: [], sentAfter: 0 };
  let cutOff = false;
  /** @type {NodeJS.Timeout | undefined} */
  let abortTimer;
  /** @type {NodeJS.Timeout | undefined} */
  let ticking;
  let ticks = 0;
  const abortNow = () => {
    ticking = setInterval(() => (ticks += 1), TICK_MS);
    controller.abort(reason);
  };
  /** @param {Fault["abort"]} moment */
  const abortSoonAfter = (moment) => {
    if (abort === moment && abortTimer === undefined && result.tookMs === 0) abortTimer = setTimeout(abortNow, SETTLED_IN_MS);
  };

  /** @param {Request} request @returns {Promise<Response>} */
  const transport = async (request) => {
    if (cutOff) return new Promise(() => {});
    /** @type {Sent} */
    const sent = { atMs: sinceBegan(), endedMs: null, good: false, notBeforeMs: null };
    if (result.tookMs === 0) result.sent.push(sent);
    else {
      result.sentAfter += 1;
      sentLate?.();
    }
    abortSoonAfter("in flight");
    const first = result.sent[0]?.endedMs ?? null;
    try {
      if (thrown && first !== null && sinceBegan() < first + fault.lastsMs) {
        await pause(FAILING_MS);
        throw thrown();
      }
      const response = await fetch(request);
      sent.good = response.status === 200;
      sent.notBeforeMs = retryAfter(response, sinceBegan());
      return response;
    } finally {
      sent.endedMs = sinceBegan();
      abortSoonAfter("after a reply");
    }
  };
  const keyed = () => {
    abortSoonAfter("at the key");
    return new Promise(() => {});
  };

  if (abort === "before") abortNow();
  /** @type {NodeJS.Timeout | undefined} */
  let boundTimer;
  const bound = new Promise((resolve) => (boundTimer = setTimeout(resolve, fault.boundMs)));
  const wait = client.wait({
    ...to,
    transport,
    signal: controller.signal,
    limitMs: fault.limitMs,
    keyed: abort === "at the key" ? keyed : undefined,
  });
  await Promise.race([
    bound.then(() => (cutOff = true)),
    wait.then(
      (task) => {
        const done = typeof task?.response?.resultImageUrl === "string";
        Object.assign(result, done ? { end: "succeeded" } : { end: "failed", error: "success without a picture" });
      },
      (error) => {
        result.end = "failed";
        result.error = inShort(error);
        result.isReason = error === reason;
        result.isAbort = error === reason || (!client.ownReason && /abort/i.test(`${error?.name} ${error?.constructor?.name}`));
      },
    ),
  ]);
  result.tookMs = sinceBegan();
  clearTimeout(boundTimer);
  clearTimeout(abortTimer);
  if (ticking) result.lateMs = ticks * TICK_MS;
  clearInterval(ticking);
  // What is still under way must not keep the simulator busy.
  if (cutOff) controller.abort();
  Object.assign(result, timesOf(fault, result.sent));
  return result;
}

/**
 * When the fault was, as far as this client met it.
 * @param {Fault} fault
 * @param {Sent[]} sent
 */
function timesOf({ thrown, lastsMs }, sent) {
  if (lastsMs === Infinity) return {};
  // The last request but one is the last that went wrong, if the last went well.
  if (lastsMs === 0) return { overMs: sent.at(-2)?.endedMs ?? null };
  // What the simulator does for a time begins with the request that first meets it.
  const beganMs = (thrown ? sent[0]?.endedMs : sent[1]?.atMs) ?? null;
  return { beganMs, overMs: beganMs === null ? null : beganMs + lastsMs };
}

/** @param {Response} response @param {number} nowMs */
function retryAfter({ headers }, nowMs) {
  const value = headers.get("retry-after");
  if (value === null) return null;
  return nowMs + (/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now());
}

/** @param {unknown} error */
function inShort(error) {
  if (!(error instanceof Error || error instanceof DOMException)) return String(error);
  const { name, message } = error;
  const kind = "kind" in error ? String(error.kind) : undefined;
  return kind ?? `${name}: ${message.replaceAll(/\s+/g, " ")}`;
}
