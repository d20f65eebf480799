// @ts-check
/** A hundred thousand waits leave nothing behind, wherever they run. */

import { ok, same } from "../behaviour/check.mjs";

/** @typedef {"succeed" | "are aborted in their request" | "are aborted in their pause"} End */

export const WAITS = 100_000;
/** These bring memories to the size that so many waits at once need. */
const FIRST = 5_000;

/** @type {End[]} */
export const ENDS = ["succeed", "are aborted in their request", "are aborted in their pause"];

/**
 * @param {End} end
 * @param {typeof import("./waits.mjs").run} run
 * @param {number} [waits]
 */
export async function leaveNothing(end, run, waits = WAITS) {
  const { figures: before } = await run(end, FIRST);
  const { figures: after, most } = await run(end, waits);
  ok(before.bytes > 0, "the instance's memory was not found");
  ok(most.timers > 0 && most.listeners > 0, "what waits need of timers and listeners was not seen");
  same(after, { bytes: before.bytes, timers: 0, listeners: 0 }, "what is left behind");
}
