// @ts-check
/** What is printed. */

/**
 * @typedef {{ cost: number, error?: number }} Cost with its standard error, where it was measured and not computed
 * @typedef {import("./measure.mjs").Figures & { name: string, costs: (Cost | undefined)[] }} Row with the costs that mean anything for it
 * @typedef {{ name: string, unit: number }} Column a weight, and the cost that the others' multiples are of
 */

const NAME = 54;
const CELL = 25;

/** @param {string} title @param {Column[]} columns @param {Row[]} rows */
export function printTable(title, columns, rows) {
  const line = (/** @type {string[]} */ ...parts) => console.log(parts.join("").trimEnd());
  line(`\n${title}`);
  line("".padEnd(NAME), "requests   late, s   95 % below", ...columns.map(({ name }) => `   ${name}`.padEnd(CELL)));
  for (const { name, requests, lateness, late, costs } of rows) {
    const numbers = [requests.toFixed(2).padStart(8), lateness.toFixed(2).padStart(10), late.toFixed(2).padStart(13)];
    line(name.padEnd(NAME), ...numbers, ...columns.map(({ unit }, index) => cell(costs[index], unit)));
  }
}

/** @param {string} title @param {number[]} medians @param {{ way: { name: string }, pace: string, regrets: number[] }[]} rows */
export function printRegrets(title, medians, rows) {
  console.log(`\n${title}`);
  console.log(["".padEnd(NAME + 8), ...medians.map((median) => `${median} s`.padStart(8))].join(""));
  for (const { way, pace, regrets } of rows) {
    console.log([way.name.padEnd(NAME), pace.padEnd(8), ...regrets.map((regret) => times(regret).padStart(8))].join(""));
  }
}

/** @param {Cost | undefined} cost @param {number} unit */
function cell(cost, unit) {
  if (!cost) return "".padEnd(CELL);
  const error = cost.error === undefined ? "" : ` ±${((cost.error / cost.cost) * 100).toFixed(1)} %`;
  return `${cost.cost.toFixed(2).padStart(9)}${times(cost.cost / unit).padStart(8)}${error}`.padEnd(CELL);
}

/** @param {number} ratio */
export function times(ratio) {
  return `${ratio.toFixed(3)}×`;
}

/** @param {string} claim @param {boolean} holds @param {string[]} figures */
export function printVerdict(claim, holds, figures) {
  console.log([`${holds ? "yes" : "NO "}  ${claim}`, ...figures.map((line) => `         ${line}`)].join("\n"));
}
