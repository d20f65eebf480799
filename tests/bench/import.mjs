// @ts-check
/** What importing the package costs in Node.js: `node import.mjs [TIMES]`. Each import happens in a process of its own, the kinds in turn. */

import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const times = Number(process.argv[2] ?? 40);
const folder = await mkdtemp(join(tmpdir(), "nanobanana-bench-"));
// In a package like this one: looking up what kind of module a file is costs its part.
const empty = join(folder, "empty.js");
await writeFile(empty, "export {};\n");
await copyFile(new URL("../../pkg/package.json", import.meta.url), join(folder, "package.json"));
const modules = {
  "an empty module": pathToFileURL(empty).href,
  "nanobanana-task": new URL("../../pkg/index.js", import.meta.url).href,
  "nanobanana-task/slim": new URL("../../pkg/slim.js", import.meta.url).href,
};

/** In ms, as that process sees it. @param {string} module */
async function importing(module) {
  // A first import, of something else, pays for what Node.js does once.
  const program = `
    await import("data:text/javascript,export default 1");
    const began = performance.now();
    await import(${JSON.stringify(module)});
    console.log(performance.now() - began);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return Number(stdout);
}

/** @type {Record<string, number[]>} */
const taken = Object.fromEntries(Object.keys(modules).map((name) => [name, []]));
for (let round = 0; round < times; round += 1) {
  for (const [name, module] of Object.entries(modules)) taken[name]?.push(await importing(module));
}
await rm(folder, { recursive: true });

/** @param {string} name */
function quickness(name) {
  const sorted = (taken[name] ?? []).sort((a, b) => a - b);
  return [sorted[0] ?? NaN, sorted[Math.floor(sorted.length / 2)] ?? NaN];
}
const base = quickness("an empty module");
const columns = (/** @type {number[]} */ numbers) => numbers.map((number) => number.toFixed(2).padStart(9)).join("");
console.log(`importing, ms, ${times} processes each    least   median   beyond the empty module: least   median`);
for (const name of Object.keys(modules)) {
  const taking = quickness(name);
  console.log(`${name.padEnd(34)}${columns(taking)}${" ".repeat(24)}${columns(taking.map((number, index) => number - (base[index] ?? 0)))}`);
}
