// @ts-check
/**
 * Puts what a visitor's browser may have into a folder of its own, which is deployed as it is. Named file by file: whatever else comes
 * to lie here stays here.
 *
 *   node site.mjs        (wrangler runs it; see wrangler.jsonc)
 */

import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../pkg/", import.meta.url));
const PAGE = [
  "index.html", "style.css", "favicon.svg",
  "main.js", "elements.js", "session.js", "simulator.js", "start.js", "view.js", "words.js",
];

/** Makes the folder, anew where that is necessary. @param {string} site */
export async function assemble(site) {
  if (!existsSync(join(PACKAGE, "index.js"))) throw new Error("The package is not built yet: run `cargo xtask build`, then start this again.");
  /** @type {Map<string, string>} */
  const wanted = new Map([...PAGE.map((name) => /** @type {[string, string]} */ ([name, join(HERE, name)])), [join("pkg", "index.js"), join(PACKAGE, "index.js")]]);
  await mkdir(join(site, "pkg"), { recursive: true });
  for (const entry of await readdir(site, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isDirectory() && !wanted.has(path.slice(join(site, "/").length))) await rm(path, { force: true });
  }
  for (const [name, source] of wanted) {
    // Renamed into place: another server may be reading it.
    const half = join(dirname(site), `.site-${process.pid}`);
    await copyFile(source, half);
    await rename(half, join(site, name));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await assemble(join(HERE, "site"));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : "The page could not be put together."}\n`);
    process.exit(2);
  }
}
