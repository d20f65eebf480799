// @ts-check
/** Starts workerd with a Worker that imports the built package, under the name that its users know it by. */

import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const DATE = "2026-06-01";
const BACK = "back";
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
 * @param {string[]} [options.flags] Of compatibility.
 * @param {string} [options.front] A module of another Worker, which stands before this one and calls it as BACK.
 * @param {Objects} [options.objects] The Worker's own Durable Objects, and the names under which it is started, each on a port of its own: all
 *   use the objects of the first.
 * @typedef {{ binding: string, className: string, persist?: string | undefined, workers: string[] }} Objects
 */
export async function startModules({ sources, named, bindings, objects, flags = [], front }) {
  const built = (await readdir(`${ROOT}pkg`, { recursive: true })).map((name) => `pkg/${name}`);
  const worker = {
    modulesRoot: ROOT,
    modules: [
      ...[...sources, ...built]
        .filter((path) => /\.m?js$/.test(path))
        .map((path) => ({ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}` })),
      ...Object.entries(named).map(([path, contents]) => ({ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}`, contents })),
      { type: /** @type {const} */ ("CompiledWasm"), path: `${ROOT}pkg/core.wasm` },
    ],
    compatibilityDate: DATE,
    compatibilityFlags: flags,
    bindings,
  };
  const miniflare = new Miniflare(objects ? sharing(worker, objects) : front ? { workers: [behind(front, flags), { ...worker, name: BACK }] } : worker);
  try {
    return { miniflare, url: await miniflare.ready };
  } catch (error) {
    // Not through an "after" of the tests, which would have nothing to dispose of.
    await miniflare.dispose().catch(() => {});
    throw error;
  }
}

/** @param {string} path @param {string[]} flags */
function behind(path, flags) {
  const modules = [{ type: /** @type {const} */ ("ESModule"), path: `${ROOT}${path}` }];
  return { name: "front", modulesRoot: ROOT, modules, compatibilityDate: DATE, compatibilityFlags: flags, serviceBindings: { BACK } };
}

/**
 * @param {import("miniflare").WorkerOptions} worker
 * @param {Objects} objects
 * @returns {import("miniflare").MiniflareOptions}
 */
function sharing(worker, { binding, className, persist, workers }) {
  const [scriptName] = workers;
  const each = workers.map((name) => {
    const durableObjects = { [binding]: { className, useSQLite: true, ...(name !== scriptName && scriptName && { scriptName }) } };
    return { ...worker, name, durableObjects, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  });
  return { workers: each, ...(persist !== undefined && { durableObjectsPersist: persist }) };
}
