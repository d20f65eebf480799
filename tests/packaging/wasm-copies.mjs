// @ts-check
/** How often the wasm is in what a bundler made, as a file or as text. */

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const MAGIC = Buffer.from("\0asm", "latin1");
/** The same and the version 1 after it, in base64. */
const TEXT = /AGFzbQEAAA/g;

/** @param {string} folder */
export async function countWasm(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // A source map quotes its sources.
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".map"));
  const counts = files.map(async (entry) => {
    const content = await readFile(join(entry.parentPath, entry.name));
    return content.subarray(0, MAGIC.length).equals(MAGIC) ? 1 : (content.toString("latin1").match(TEXT) ?? []).length;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
