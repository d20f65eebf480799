// @ts-check
/**
 * What polling has to cost at least, where how long tasks take is known as a distribution and nothing is known of the single task: the cheapest
 * of all schedules, by dynamic programming over the ages at which a look may be sent. Ages and costs in seconds.
 */

import { LONGEST, quantile } from "./durations.mjs";
import { randomFrom } from "./random.mjs";

/** @typedef {import("./durations.mjs").Durations} Durations */
/**
 * The ages at which looks are sent, as long as the task runs, and what that comes to.
 *
 * @typedef {{ looks: number[], requests: number, lateness: number, cost: number }} Schedule
 */

/** From sending a look until its reply is there. */
export const LATENCY = 0.15;
/** From sending a look until the moment whose state its reply tells. */
export const SEEN_AFTER = LATENCY / 2;

/** No client that is kind to the API sends two closer than this, and this package does not: the optimum may not either. */
export const LEAST_GAP = 0.8;

/** When a look may be sent: finely where most tasks end. */
const GRID = grid([60, 0.05], [400, 0.1], [LONGEST, 0.5]);

/** @param {...[until: number, step: number]} spans */
function grid(...spans) {
  const ages = [0];
  for (const [until, step] of spans) {
    const from = /** @type {number} */ (ages.at(-1));
    for (let index = 1; from + index * step < until + step / 2; index += 1) ages.push(from + index * step);
  }
  return Float64Array.from(ages);
}

/**
 * The best schedule for what one request is worth in seconds of lateness. With `firstLook` a look at age 0 is sent in any case, as every client
 * here does, and counted.
 *
 * @param {Durations} durations
 * @param {number} weight
 * @param {{ firstLook?: boolean }} [rule]
 * @returns {Schedule}
 */
export function optimum(durations, weight, { firstLook = true } = {}) {
  const count = GRID.length;
  const at = (/** @type {number} */ index) => /** @type {number} */ (GRID[index]);
  // What each look sees, were it sent.
  const share = GRID.map((age) => durations.share(age + SEEN_AFTER));
  const spent = GRID.map((age) => durations.spent(age + SEEN_AFTER));
  // For each look that still finds the task running: the cost from there on, a mean over all tasks, and the look that is best sent next.
  const left = new Float64Array(count);
  const next = new Int32Array(count).fill(-1);
  /** @param {number} from the first look to consider @param {number} seenShare @param {number} seenSpent */
  const best = (from, seenShare, seenSpent) => {
    let [chosen, least] = [-1, Infinity];
    for (let look = from; look < count; look += 1) {
      const late = (at(look) + LATENCY) * (/** @type {number} */ (share[look]) - seenShare) - (/** @type {number} */ (spent[look]) - seenSpent);
      // The lateness alone grows with each later look.
      if (late >= least) break;
      const cost = late + /** @type {number} */ (left[look]);
      if (cost < least) [chosen, least] = [look, cost];
    }
    return { chosen, cost: weight * (1 - seenShare) + least };
  };
  let following = count - 1;
  for (let index = count - 2; index >= 0; index -= 1) {
    while (following > index + 1 && at(following - 1) - at(index) > LEAST_GAP - 1e-9) following -= 1;
    const { chosen, cost } = best(following, /** @type {number} */ (share[index]), /** @type {number} */ (spent[index]));
    left[index] = cost;
    next[index] = chosen;
  }
  const looks = [];
  for (let look = firstLook ? 0 : best(0, 0, 0).chosen; look >= 0; look = /** @type {number} */ (next[look])) looks.push(at(look));
  return scheduled(durations, weight, looks);
}

/**
 * What a schedule comes to, exactly.
 *
 * @param {Durations} durations
 * @param {number} weight
 * @param {number[]} looks the last past the longest task
 * @returns {Schedule}
 */
export function scheduled(durations, weight, looks) {
  let [requests, lateness, share, spent] = [0, 0, 0, 0];
  for (const look of looks) {
    // Of what is left then no figure can tell.
    if (share > 1 - 1e-9) break;
    requests += 1 - share;
    const [seenShare, seenSpent] = [durations.share(look + SEEN_AFTER), durations.spent(look + SEEN_AFTER)];
    lateness += (look + LATENCY) * (seenShare - share) - (seenSpent - spent);
    [share, spent] = [seenShare, seenSpent];
  }
  return { looks, requests, lateness, cost: weight * requests + lateness };
}

/** A look at age 0 and then one each `interval`, from request to request. @param {number} interval */
export function every(interval) {
  return Array.from({ length: Math.ceil(LONGEST / interval) + 1 }, (_, index) => index * interval);
}

/** The fixed interval that hindsight would choose. @param {Durations} durations @param {number} weight @returns {Schedule & { interval: number }} */
export function bestInterval(durations, weight) {
  /** @type {(Schedule & { interval: number })[]} */
  const tried = [];
  for (let interval = LEAST_GAP; interval < 120; interval *= 1.01) tried.push({ interval, ...scheduled(durations, weight, every(interval)) });
  return tried.reduce((best, other) => (other.cost < best.cost ? other : best));
}

/** What one task costs under a schedule. @param {number[]} looks @param {number} duration */
export function replayed(looks, duration) {
  let [least, most] = [0, looks.length - 1];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (/** @type {number} */ (looks[middle]) + SEEN_AFTER >= duration) most = middle;
    else least = middle + 1;
  }
  return { requests: least + 1, lateness: /** @type {number} */ (looks[least]) + LATENCY - duration };
}

/**
 * Throws where an optimum is none: a fixed interval does better, a look moved or left out makes it better, or tasks drawn by chance come to
 * something else.
 *
 * @param {Durations} durations
 * @param {number} weight
 * @param {Schedule} best
 * @param {Schedule} rival the best fixed interval
 */
export function check(durations, weight, best, rival) {
  const fail = (/** @type {string} */ why) => {
    throw new Error(`the optimum for weight ${weight}, cost ${best.cost}, is none: ${why}`);
  };
  if (rival.cost < best.cost) fail(`looks at one interval cost ${rival.cost}`);
  // What the grid's steps can hide.
  const hidden = best.cost * 1e-3;
  // Far into the tail the rounding of the shares is more than what is left.
  for (let index = 1; index < Math.min(best.looks.length - 1, 40); index += 1) {
    const before = best.looks.slice(0, index);
    const look = /** @type {number} */ (best.looks[index]);
    for (const changed of [[], [look - 0.2], [look + 0.2], [look - 1], [look + 1], [look - 0.5, look + 0.5]]) {
      const looks = [...before, ...changed, ...best.looks.slice(index + 1)].sort((a, b) => a - b);
      if (looks.some((look, place) => place > 0 && look - /** @type {number} */ (looks[place - 1]) < LEAST_GAP - 1e-9)) continue;
      const other = scheduled(durations, weight, looks);
      if (other.cost < best.cost - hidden) fail(`with ${changed} in place of ${look} it is ${other.cost}`);
    }
  }
  const random = randomFrom(1);
  const costs = Array.from({ length: 20_000 }, () => {
    const { requests, lateness } = replayed(best.looks, quantile(durations, random()));
    return weight * requests + lateness;
  });
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const error = Math.sqrt(costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0)) / costs.length;
  if (Math.abs(mean - best.cost) > 4 * error) fail(`${costs.length} tasks come to ${mean} ± ${error}`);
}
