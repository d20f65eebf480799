// @ts-check
/** Starts workerd with a Worker that imports the built package, under the name that its users know it by. */

import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * A Worker that imports the package through the entry that its exports name for a condition.
 * @param {{ worker: string, condition: "workerd" | "default", bindings: Record<string, string> }} options `worker`: its name in this folder.
 */
export async function startWorkerd({ worker, condition, bindings }) {
  const { exports } = JSON.parse(await readFile(`${ROOT}pkg/package.json`, "utf8"));
  const behaviours = (await readdir(`${ROOT}tests/behaviour`)).map((name) => `tests/behaviour/${name}`);
  return startModules({
    sources: [`tests/workerd/${worker}`, ...behaviours],
    named: { "tests/workerd/nanobanana-task": `export * from ${JSON.stringify(`../../pkg/${exports["."][condition]}`)};` },
    bindings,
  });
}

/**
 * @param {object} options
 * @param {string[]} options.sources The modules by their paths in the repository, the Worker's first; the package's are added.
 * @param {Record<string, string>} options.named Modules that are no files: their paths, as they are found from those that import them, and their code.
 * @param {Record<string, string>} options.bindings
 */
export async function startModules({ sources, named, bindings }) {
  const built = (await readdir(`${ROOT}pkg`, { recursive: true })).map((name) => `pkg/${name}`);
  const miniflare = new Miniflare({
    modulesRoot: ROOT,
    modules: [
      ...[...sources, ...built]
        .filter((path) => /\.m?js$/.test(path))
        .map((path) => ({ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}` })),
      ...Object.entries(named).map(([path, contents]) => ({ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}`, contents })),
      { type: "CompiledWasm", path: `${ROOT}pkg/core.wasm` },
    ],
    compatibilityDate: "2026-06-01",
    bindings,
  });
  try {
    return { miniflare, url: await miniflare.ready };
  } catch (error) {
    // Not through an "after" of the tests, which would have nothing to dispose of.
    await miniflare.dispose().catch(() => {});
    throw error;
  }
}
