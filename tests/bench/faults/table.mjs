// @ts-check
/** What was seen, as text. */

/**
 * @typedef {import("./list.mjs").Fault} Fault
 * @typedef {import("./list.mjs").Seen} Seen
 * @typedef {import("./clients.mjs").Client} Client
 *
 * @typedef {object} Row
 * @property {Fault} fault
 * @property {(Seen | null)[]} seen One for each client; null where it means nothing for it.
 */

import { TIMERS_MS } from "./list.mjs";

const NAME_WIDTH = 28;
const CELL_WIDTH = 24;

/**
 * Rows are faults, columns are clients.
 * @param {Client[]} clients
 * @param {Row[]} rows
 */
export function table(clients, rows) {
  const rule = "-".repeat(NAME_WIDTH + clients.length * (CELL_WIDTH + 2));
  const head = line(["", ...clients.map(({ name }) => name)].map((name) => [name]));
  const versions = line(["", ...clients.map(({ version }) => version)].map((version) => [version]));
  const body = rows.map(({ fault, seen }) => line([wrapped(fault.name, NAME_WIDTH), ...seen.map((each) => (each ? cell(fault, each) : ["-"]))]));
  return [head, versions, ...body].join(`\n${rule}\n`).replace(`\n${rule}\n`, "\n");
}

/** How a client fared. @param {Fault} fault @param {Seen} seen */
function cell(fault, seen) {
  const { end, error, isReason, sent } = seen;
  const wrong = fault.wrong(seen);
  // What came out, and where the client came through but badly, what was bad.
  const told = end === "failed" ? (isReason ? "the signal's reason" : error) : end === "succeeded" ? (wrong ?? "") : "";
  return [
    `${wrong === null ? "yes" : "NO "} ${moment(fault, seen)}`,
    ...wrapped(told, CELL_WIDTH).slice(0, 2),
    requests(sent.length),
    ...leftBehind(seen),
  ];
}

/** @param {Seen} seen */
function leftBehind({ end, sentAfter, open, keyElsewhere, timersMs }) {
  const left = [];
  if (sentAfter > 0) left.push(`${requests(sentAfter)} after`);
  if (open > 0) left.push(`${requests(open)} left open`);
  if (end !== "still going" && timersMs !== null && timersMs > TIMERS_MS) left.push(`timers for ${inSeconds(timersMs)}`);
  if (keyElsewhere) left.push("key at the other origin");
  return left;
}

/** @param {Fault} fault @param {Seen} seen */
function moment({ abort }, { end, tookMs, lateMs, beganMs, overMs }) {
  if (end === "still going") return `still going, ${inSeconds(tookMs)}`;
  if (abort) return lateMs === null ? "ended before it" : lateMs === 0 ? "at once" : `${lateMs} ms after it`;
  if (end === "succeeded") return overMs === null ? `done at ${inSeconds(tookMs)}` : `${inSeconds(tookMs - overMs)} after it`;
  return beganMs === null ? `ended at ${inSeconds(tookMs)}` : `gave up ${inSeconds(tookMs - beganMs)} in`;
}

/** @param {number} count */
function requests(count) {
  return `${count} request${count === 1 ? "" : "s"}`;
}

/** @param {string[][]} cells */
function line(cells) {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    cells
      .map((lines, index) => {
        const width = index === 0 ? NAME_WIDTH : CELL_WIDTH;
        return (lines[at] ?? "").slice(0, width).padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  ).join("\n");
}

/** @param {string} text @param {number} width */
function wrapped(text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** @param {number} ms */
function inSeconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
