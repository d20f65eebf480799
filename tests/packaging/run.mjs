// @ts-check
/**
 * Tries the packed package in every consumer, and prints one table of them: `node run.mjs TARBALL TOOLS [NAME]`, where TOOLS is the folder
 * that package-lock.json was installed into, and NAME picks the consumers whose name begins so.
 *
 * What cannot run on a machine fails nothing by itself; but what expected.json lists has run before on that kind of system, and must run.
 */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { startBrowser } from "../browsers.mjs";
import { startSimulator } from "../processes.mjs";
import { groups } from "./consumers.mjs";
import { newPlace, versionOf } from "./place.mjs";
import { cannot, failed } from "./result.mjs";
import { ENGINES, complaints, table } from "./table.mjs";

/** @typedef {Awaited<ReturnType<typeof openLab>>} Lab */
/** @typedef {import("./table.mjs").Row} Row */

const [tarball, tools, only = ""] = process.argv.slice(2);
if (!tarball || !tools) throw new Error("usage: node run.mjs TARBALL TOOLS [NAME]");
const expected = JSON.parse(await readFile(new URL("expected.json", import.meta.url), "utf8"))[process.platform] ?? {};

const lab = await openLab(resolve(tarball), resolve(tools));
/** @type {Row[]} */
const rows = [];
try {
  const wanted = groups.map((group) => ({ ...group, consumers: group.consumers.filter(({ name }) => name.startsWith(only)) }));
  const some = wanted.filter(({ consumers }) => consumers.length > 0);
  const meanwhile = Promise.all(some.filter((group) => group.meanwhile).map(tryAll));
  // Whatever becomes of it is seen below.
  meanwhile.catch(() => {});
  for (const group of some.filter((group) => !group.meanwhile)) rows.push(...(await tryAll(group)));
  rows.push(...(await meanwhile).flat());
} finally {
  await lab.close();
}
console.log(`\n${table(rows, lab.browsers)}`);
const wrong = complaints(rows, expected, only);
for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;

/** @param {string} tarball @param {string} tools */
async function openLab(tarball, tools) {
  const starting = ENGINES.map(async (engine) => [engine, await startBrowser(engine).catch((error) => new Error(error.message))]);
  /** @type {Record<import("../browsers.mjs").Engine, import("../browsers.mjs").Browser | Error>} */
  const browsers = Object.fromEntries(await Promise.all(starting));
  const simulator = await startSimulator();
  const open = await startSimulator({ args: ["--open"] });
  return {
    tarball,
    tools,
    simulator,
    open,
    browsers,
    async close() {
      await Promise.all(Object.values(browsers).map((browser) => (browser instanceof Error ? undefined : browser.stop())));
      await Promise.all([simulator.stop(), open.stop()]);
    },
  };
}

/** @param {import("./consumers.mjs").Group} group @returns {Promise<Row[]>} */
async function tryAll(group) {
  const place = await newPlace(lab, group);
  try {
    await place.install();
    const missing = await place.run(group.by, ["--version"]).then(() => null, cannot);
    /** @param {import("./consumers.mjs").Consumer} consumer @returns {Promise<Row>} */
    const tryOne = async ({ name, by = group.by, use }) => {
      const began = Date.now();
      const cells = missing ? { process: missing } : await use(place).catch((error) => ({ process: failed(error) }));
      const row = { name, version: await versionOf(lab.tools, by), cells, copies: place.takeCopies(), seconds: (Date.now() - began) / 1_000 };
      console.log(`${row.name}: ${Object.values(cells).map(({ state }) => state).join(", ")}, ${row.seconds.toFixed(1)} s`);
      return row;
    };
    if (group.together) return await Promise.all(group.consumers.map(tryOne));
    /** @type {Row[]} */
    const tried = [];
    for (const consumer of group.consumers) tried.push(await tryOne(consumer));
    return tried;
  } finally {
    await place.close();
  }
}
