// @ts-check
/**
 * A clock on which an hour takes no time. Importing this puts it, and chance that is the same in every run, in the place of the globals: it has to
 * come before any client, which may take hold of a timer as it loads.
 */

import { randomFrom } from "./random.mjs";

const BEGAN = Date.UTC(2026, 0, 6);
const RealDate = Date;
const turn = setImmediate;
/** How long the clock stands, in real ms, while a client does what no timer tells of: compiling, say. */
const PATIENCE_MS = 10_000;
/** What a promise may have behind it without any timer: a body that is read is a stream, which takes a turn of the real loop or two. */
const TURNS = 3;

let nowMs = 0;

/** @typedef {{ at: number, order: number, act: (() => void) | undefined, every?: number | undefined }} Due */

/** A binary heap, the soonest on top. @type {Due[]} */
const heap = [];
let set = 0;

/** @param {Due} due */
function push(due) {
  let index = heap.push(due) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = /** @type {Due} */ (heap[parent]);
    if (!sooner(due, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = due;
}

function pop() {
  const top = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (left && right && sooner(right, left)) child += 1;
    const below = heap[child];
    if (!below || !sooner(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
  return top;
}

/** @param {Due} one @param {Due} other */
function sooner(one, other) {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** As Node.js gives it out: some clients ask it not to keep the process. */
class Timer {
  /** @param {Due} due */
  constructor(due) {
    this.due = due;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
}

/** @param {(...values: any[]) => void} act @param {number | undefined} ms @param {any[]} values @param {boolean} again */
function schedule(act, ms, values, again) {
  const pause = Math.max(1, Math.trunc(Number(ms)) || 0);
  /** @type {Due} */
  const due = { at: nowMs + pause, order: (set += 1), act: () => act(...values), every: again ? pause : undefined };
  push(due);
  return new Timer(due);
}

/** @param {unknown} timer */
function clear(timer) {
  if (timer instanceof Timer) timer.due.act = undefined;
}

/** @param {number} ms */
export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Ms on this clock, which began at 0. */
export function now() {
  return nowMs;
}

/** Has time go by until the promise settles. @template T @param {Promise<T>} promise @returns {Promise<T>} */
export async function until(promise) {
  let settled = false;
  const over = () => {
    settled = true;
  };
  promise.then(over, over);
  for (;;) {
    for (let turns = 0; turns < TURNS; turns += 1) await new Promise((resolve) => turn(resolve));
    for (const began = realNow(); !settled && !ahead() && realNow() - began < PATIENCE_MS; ) await new Promise((resolve) => turn(resolve));
    if (settled) return promise;
    const next = ahead();
    if (!next) throw new Error("what is waited for will never come: no timer is set");
    nowMs = next.at;
    for (let due = next; due?.at === nowMs; due = /** @type {Due} */ (ahead())) {
      pop();
      const act = due.act;
      if (due.every === undefined) due.act = undefined;
      else push(Object.assign(due, { at: nowMs + due.every, order: (set += 1) }));
      act?.();
    }
  }
}

/** The timer that comes next; those that were cleared are gone. */
function ahead() {
  while (heap[0] && !heap[0].act) pop();
  return heap[0];
}

const realNow = performance.now.bind(performance);

class VirtualDate extends RealDate {
  /** @param {any[]} given */
  constructor(...given) {
    if (given.length === 0) super(VirtualDate.now());
    else super(.../** @type {[any]} */ (given));
  }
  static now() {
    return BEGAN + nowMs;
  }
}

const chance = randomFrom(0x6a09e667);
Object.assign(globalThis, {
  Date: VirtualDate,
  /** @param {(...values: any[]) => void} act @param {number} [ms] @param {any[]} values */
  setTimeout: (act, ms, ...values) => schedule(act, ms, values, false),
  /** @param {(...values: any[]) => void} act @param {number} [ms] @param {any[]} values */
  setInterval: (act, ms, ...values) => schedule(act, ms, values, true),
  clearTimeout: clear,
  clearInterval: clear,
});
Object.defineProperty(performance, "now", { value: now });
Math.random = chance;
