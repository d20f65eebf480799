// @ts-check
/**
 * The page's Worker on this computer, in workerd, as wrangler.jsonc says it: on 127.0.0.1 alone, and until stdin closes.
 *
 *   NANOBANANA_API_KEY=… node www/serve.mjs        PORT (8080, or one of the next)  UPSTREAM (the API)  SIMULATOR=1
 */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare, NoOpLog } from "miniflare";
import { assemble } from "./site.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PORTS_TO_TRY = 21;

// Before workerd is there: whose own ways of ending would not count as a clean end.
process.stdin.resume().once("end", stop).once("close", stop).once("error", stop);
process.once("SIGTERM", stop).once("SIGINT", stop);

const key = keyIn(process.env["NANOBANANA_API_KEY"]);
const upstream = upstreamIn(process.env["UPSTREAM"]);
const port = portIn(process.env["PORT"]);
const config = await readConfig();
await assemble(join(HERE, config.assets.directory)).catch((error) => giveUp(error instanceof Error ? error.message : "The page could not be put together."));
const worker = await start(port, PORTS_TO_TRY);
process.stdout.write(`page on ${(await worker.ready).origin}/\n`);

/**
 * @param {number} wanted
 * @param {number} tries
 * @returns {Promise<Miniflare>}
 */
async function start(wanted, tries) {
  const miniflare = new Miniflare(options(wanted));
  try {
    await miniflare.ready;
    return miniflare;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    const taken = error instanceof Error && "code" in error && error.code === "ERR_ADDRESS_IN_USE";
    if (taken && tries > 1 && wanted < 65_535) return start(wanted + 1, tries - 1);
    return giveUp(taken ? "The port is taken, and the next ones too." : "The Worker could not be started.");
  }
}

/** @param {number} wanted @returns {import("miniflare").MiniflareOptions} */
function options(wanted) {
  const { name, main, compatibility_date: compatibilityDate, compatibility_flags: compatibilityFlags, assets, durable_objects: objects } = config;
  return {
    name,
    host: "127.0.0.1",
    port: wanted,
    modules: true,
    modulesRoot: dirname(HERE.replace(/[\\/]$/, "")),
    scriptPath: join(HERE, main),
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate,
    compatibilityFlags,
    assets: {
      directory: join(HERE, assets.directory),
      binding: assets.binding,
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: assets.run_worker_first },
      assetConfig: { html_handling: assets.html_handling, not_found_handling: assets.not_found_handling },
    },
    // In memory: what they store is of no use to the next start.
    durableObjects: Object.fromEntries(objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }])),
    // Handed to workerd through a pipe.
    bindings: { LOCAL: "1", NANOBANANA_API_KEY: key, NANOBANANA_BASE_URL: upstream, SIMULATOR: process.env["SIMULATOR"] === "1" ? "1" : "" },
    // Where this computer is, which would be asked of a server.
    cf: false,
    log: new NoOpLog(),
  };
}

/**
 * wrangler.jsonc, of which a few rules make JSON with lines of comment.
 * @returns {Promise<{ name: string, main: string, compatibility_date: string, compatibility_flags: string[], assets: Assets, durable_objects: Objects }>}
 * @typedef {{ directory: string, binding: string, run_worker_first: boolean, html_handling: "none", not_found_handling: "none" }} Assets
 * @typedef {{ bindings: { name: string, class_name: string }[] }} Objects
 */
async function readConfig() {
  const text = await readFile(join(HERE, "wrangler.jsonc"), "utf8");
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
}

/** @param {string | undefined} text @returns {string} */
function keyIn(text = "") {
  const trimmed = text.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) giveUp("NANOBANANA_API_KEY is missing or no key: it is what the Worker shows the API in place of the page.");
  return trimmed;
}

/** @param {string | undefined} text @returns {string} empty for the API */
function upstreamIn(text = "") {
  if (text !== "" && !/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "")) giveUp("UPSTREAM is not an http(s) address.");
  return text;
}

/** @param {string | undefined} text @returns {number} */
function portIn(text = "") {
  const wanted = Number(text || 8080);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) giveUp("PORT is not a port number.");
  return wanted;
}

/** At once: what leaving does to workerd ends it too. */
function stop() {
  process.exit(0);
}

/**
 * @param {string} why
 * @returns {never}
 */
function giveUp(why) {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
