// @ts-check
/**
 * How long tasks take, as distributions that the optimum can be computed from exactly. In seconds.
 *
 * @typedef {object} Durations
 * @property {(age: number) => number} share how many of the tasks are done by this age, 0 to 1
 * @property {(age: number) => number} spent the mean over all tasks of how long a task took, where that is below this age, else 0
 */

/** No task takes longer. */
export const LONGEST = 1_800;

/** @param {number} median @param {number} sigma of the logarithm @returns {Durations} */
export function lognormal(median, sigma) {
  const middle = Math.log(median);
  const mean = Math.exp(middle + sigma ** 2 / 2);
  return ended({
    share: (age) => (age > 0 ? normal((Math.log(age) - middle) / sigma) : 0),
    spent: (age) => (age > 0 ? mean * normal((Math.log(age) - middle) / sigma - sigma) : 0),
  });
}

/** `start` and then a Pareto's time, at least `scale`. @param {number} start @param {number} alpha @param {number} scale @returns {Durations} */
export function pareto(start, alpha, scale) {
  const share = (/** @type {number} */ age) => (age > start + scale ? 1 - (scale / (age - start)) ** alpha : 0);
  return ended({
    share,
    spent: (age) => start * share(age) + (age > start + scale ? ((alpha * scale) / (alpha - 1)) * (1 - (scale / (age - start)) ** (alpha - 1)) : 0),
  });
}

/** Some of these and some of those. @param {[number, Durations][]} parts with their weights @returns {Durations} */
export function mixed(parts) {
  const whole = parts.reduce((sum, [weight]) => sum + weight, 0);
  return {
    share: (age) => parts.reduce((sum, [weight, durations]) => sum + weight * durations.share(age), 0) / whole,
    spent: (age) => parts.reduce((sum, [weight, durations]) => sum + weight * durations.spent(age), 0) / whole,
  };
}

/** The duration that this share of the tasks stays below. @param {Durations} durations @param {number} share */
export function quantile({ share: shareOf }, share) {
  let [least, most] = [0, LONGEST];
  while (most - least > 1e-4) {
    const middle = (least + most) / 2;
    if (shareOf(middle) < share) least = middle;
    else most = middle;
  }
  return (least + most) / 2;
}

/** Without the tasks beyond the longest. @param {Durations} durations @returns {Durations} */
function ended({ share, spent }) {
  const kept = share(LONGEST);
  return { share: (age) => share(Math.min(age, LONGEST)) / kept, spent: (age) => spent(Math.min(age, LONGEST)) / kept };
}

/** The share of a standard normal below `z`, to about 1e-7: the complementary error function's Chebyshev fit. @param {number} z */
function normal(z) {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const fit = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const above = (t / 2) * Math.exp(-x * x + fit.reduceRight((sum, coefficient) => sum * t + coefficient, 0));
  return z > 0 ? 1 - above : above;
}
