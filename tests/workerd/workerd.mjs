// @ts-check
/** Starts workerd with a Worker that imports the built package, through the entry that the package's exports name for a condition. */

import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * @param {{ worker: string, condition: "workerd" | "default", bindings: Record<string, string> }} options `worker`: its name in this folder.
 */
export async function startWorkerd({ worker, condition, bindings }) {
  const { exports } = JSON.parse(await readFile(`${ROOT}pkg/package.json`, "utf8"));
  const entry = `../../pkg/${exports["."][condition]}`;
  const behaviours = (await readdir(`${ROOT}tests/behaviour`)).map((name) => `tests/behaviour/${name}`);
  const built = (await readdir(`${ROOT}pkg`, { recursive: true })).map((name) => `pkg/${name}`);
  const sources = [`tests/workerd/${worker}`, ...behaviours, ...built].filter((path) => /\.m?js$/.test(path));
  const miniflare = new Miniflare({
    modulesRoot: ROOT,
    modules: [
      ...sources.map((path) => ({ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}` })),
      { type: "ESModule", path: `${ROOT}tests/workerd/nanobanana-task`, contents: `export * from ${JSON.stringify(entry)};` },
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
