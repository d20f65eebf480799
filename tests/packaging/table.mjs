// @ts-check
/** The table of consumers, and what is wrong with it. */

/** @typedef {{ name: string, version: string, cells: import("./result.mjs").Cells, copies: number | null, seconds: number }} Row */

export const ENGINES = /** @type {const} */ (["chromium", "firefox", "webkit"]);
const WHERE = /** @type {const} */ (["process", ...ENGINES]);

/**
 * @param {Row[]} rows
 * @param {Record<import("../browsers.mjs").Engine, import("../browsers.mjs").Browser | Error>} browsers
 */
export function table(rows, browsers) {
  const engines = ENGINES.map((engine) => {
    const browser = browsers[engine];
    return browser instanceof Error ? engine : `${engine} ${browser.version}`;
  });
  const lines = [
    ["consumer", "by", "process", ...engines, "wasm copies", "seconds"],
    ...rows.map(({ name, version, cells, copies, seconds }) => [
      name, version, ...WHERE.map((where) => cells[where]?.state ?? "–"), copies === null ? "–" : String(copies), seconds.toFixed(1),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const drawn = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
  const reasons = rows.flatMap(({ name, cells }) =>
    WHERE.flatMap((where) => (cells[where] && cells[where].state !== "ok" ? [`${name}, ${where}: ${cells[where].state}: ${cells[where].why}`] : [])),
  );
  return [...drawn, "", ...reasons].join("\n");
}

/**
 * Why this table is not good enough.
 * @param {Row[]} rows
 * @param {Record<string, import("./result.mjs").Where[]>} expected
 * @param {string} only
 */
export function complaints(rows, expected, only) {
  const found = [];
  for (const { name, cells } of rows) {
    for (const where of WHERE) {
      const state = cells[where]?.state;
      const listed = expected[name]?.includes(where) ?? false;
      if (state === "failed") found.push(`${name}, ${where}: failed`);
      else if (listed && state !== "ok") found.push(`${name}, ${where}: is in expected.json and did not run`);
      else if (!listed && state === "ok") found.push(`${name}, ${where}: runs, so add it to tests/packaging/expected.json`);
    }
  }
  const tried = rows.map(({ name }) => name);
  for (const name of Object.keys(expected)) {
    if (name.startsWith(only) && !tried.includes(name)) found.push(`${name}: is in expected.json and was not tried`);
  }
  return found;
}
