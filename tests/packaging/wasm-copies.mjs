// @ts-check
/** How often the wasm is in what a bundler made, as a file or as the text that the default entry has. */

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const MAGIC = Buffer.from("\0asm", "latin1");

/**
 * @param {string} folder
 * @param {string} entry The installed package's default entry. Its longest word is a part of that text which every bundler leaves alone.
 */
export async function countWasm(folder, entry) {
  const words = (await readFile(entry, "latin1")).match(/\w+/g) ?? [];
  const mark = words.reduce((longest, word) => (word.length > longest.length ? word : longest), "");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // A source map quotes its sources.
  const files = entries.filter((each) => each.isFile() && !each.name.endsWith(".map"));
  const counts = files.map(async (each) => {
    const content = await readFile(join(each.parentPath, each.name));
    return content.subarray(0, MAGIC.length).equals(MAGIC) ? 1 : content.toString("latin1").split(mark).length - 1;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
