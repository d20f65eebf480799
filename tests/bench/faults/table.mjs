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
  const { end, error, isReason, sent, sentAfter, open, keyElsewhere, timersMs } = seen;
  const left = [
    sentAfter > 0 && `${sentAfter} requests after`,
    open > 0 && `${open} requests left open`,
    timersMs !== null && timersMs > 500 && end !== "still going" && `timers for ${inSeconds(timersMs)}`,
    keyElsewhere && "key at the other origin",
  ];
  return [
    `${fault.wrong(seen) === null ? "yes" : "NO "} ${moment(fault, seen)}`,
    ...(end === "failed" ? wrapped(isReason ? "the signal's reason" : error, CELL_WIDTH).slice(0, 2) : []),
    `${sent.length} requests`,
    ...left.filter((text) => text !== false),
  ];
}

/** @param {Fault} fault @param {Seen} seen */
function moment({ abort, lastsMs }, { end, tookMs, beganMs, overMs }) {
  if (end === "still going") return `still going, ${inSeconds(tookMs)}`;
  if (abort) return beganMs === null ? "ended before it" : `${Math.round(tookMs - beganMs)} ms after it`;
  if (end === "succeeded") return overMs === null ? `done at ${inSeconds(tookMs)}` : `${inSeconds(tookMs - overMs)} after it`;
  return beganMs !== null && lastsMs > 0 ? `gave up ${inSeconds(tookMs - beganMs)} in` : `ended at ${inSeconds(tookMs)}`;
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
  for (const word of text.split(" ")) {
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
