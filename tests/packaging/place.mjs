// @ts-check
/** A consumer's own folder with the tarball installed, and what can be done in it. All that is started here ends with `close`. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort, freshFolder, keep } from "../browsers/kept.mjs";
import { askAll, askForPage, lastResult, show } from "./result.mjs";
import { serve } from "./static.mjs";
import { countWasm } from "./wasm-copies.mjs";

const FILES = fileURLToPath(new URL("consumers/", import.meta.url));
/** @type {Record<string, string>} */
const SCRIPTS = {
  "vite-older": "vite-older/bin/vite.js",
  "vitest-older": "vitest-older/vitest.mjs",
  nitro: "nitro/dist/cli/index.mjs",
  nitropack: "nitropack/dist/cli/index.mjs",
};
const RUN_MS = 240_000;
const START_MS = 60_000;

/** @typedef {Omit<import("./run.mjs").Lab, "close">} Lab */
/** @typedef {import("./result.mjs").Cells} Cells */
/** @typedef {Awaited<ReturnType<typeof newPlace>>} Place */

/**
 * @param {Lab} lab
 * @param {Pick<import("./consumers.mjs").Group, "files" | "by" | "newerNode"> & { name?: string }} group
 */
export async function newPlace({ tools, tarball, simulator, open, browsers }, group) {
  const folder = join(tools, "consumers", group.name ?? `${group.files.at(-1)}-${group.by}`);
  // Not below the tools: Next.js takes no folder that holds the home for a project's root.
  const home = await freshFolder();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const files of group.files) await cp(join(FILES, files), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  // The tools are scripts that start the first `node` on PATH, and the newer one is among the tools.
  const node = group.newerNode ? newerNode(tools) : process.execPath;
  await mkdir(join(home, "bin"));
  await symlink(node, join(home, "bin/node"));

  const surroundings = {
    PATH: [join(home, "bin"), join(tools, "node_modules/.bin"), process.env["PATH"]].join(":"),
    HOME: home,
    API: simulator.url,
    KEY: simulator.key,
    CI: "1",
    NO_COLOR: "1",
    // None of them has anything to look up or to report.
    DENO_NO_UPDATE_CHECK: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    WRANGLER_SEND_METRICS: "false",
  };
  /** @type {(() => Promise<void>)[]} */
  const owned = [];
  /** @type {number | null} */
  let copies = null;
  /** @type {Promise<string> | undefined} */
  let prepared;

  const at = (/** @type {string} */ path) => join(folder, path);
  /** @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
  const run = async (command, args, env = {}) => {
    const [program = "", ...before] = programOf(command);
    const options = { cwd: folder, env: { ...surroundings, ...env }, timeout: RUN_MS, maxBuffer: 16 << 20 };
    const running = promisify(execFile)(program, [...before, ...args], options);
    running.child.stdin?.end();
    const { stdout } = await running.catch((error) => {
      throw new Error(`${command} ${args.join(" ")}: ${error.killed ? `no end within ${RUN_MS} ms` : (error.code ?? error.message)}\n${error.stdout}${error.stderr}`);
    });
    return stdout;
  };
  /** What stands for a command: some tools share a name, and their older versions have names that are ours alone. @param {string} command */
  const programOf = (command) => {
    const script = SCRIPTS[command];
    if (script) return [node, join(tools, "node_modules", script)];
    return [command === "node" ? node : command];
  };

  return {
    at,
    run,
    /** The tarball is all that has to be installed: the tools are in a folder above. */
    install: () => run("npm", ["install", "--offline", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", tarball]),
    freePort,
    api: simulator.url,
    key: simulator.key,
    /** Of the simulator that asks for no key, for pages. */
    open: open.url,
    chromium: browsers.chromium,
    /** How many copies of the wasm were in what was built since this was asked; null where nothing was. */
    takeCopies() {
      const taken = copies;
      copies = null;
      return taken;
    },
    /** Puts a tool where the consumer's own files find it by another name. @param {string} tool @param {string} name */
    link: (tool, name) => symlink(join(tools, "node_modules", tool), at(`node_modules/${name}`)),
    /** A tool to be called and not started. @type {(name: "miniflare") => typeof import("miniflare")} */
    tool: createRequire(join(tools, "package.json")),
    /** @param {string} path @param {string} text */
    async write(path, text) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), text);
    },
    /** @param {string} inside @param {RegExp} name */
    async files(inside, name) {
      const found = (await readdir(at(inside), { recursive: true })).filter((path) => name.test(path));
      return found.map((path) => join(at(inside), path));
    },
    /** @param {string} inside @param {RegExp} name */
    async file(inside, name) {
      const [found] = await this.files(inside, name);
      if (!found) throw new Error(`${inside} has no ${name}`);
      return found;
    },
    /** What several consumers of one place stand on. @param {() => Promise<string>} make */
    once: (make) => (prepared ??= make()),
    /** @param {string} inside */
    async holdsOneWasm(inside) {
      copies = await countWasm(at(inside), at("node_modules/nanobanana-task/index.js"));
      if (copies !== 1) throw new Error(`${inside} holds ${copies} copies of the wasm`);
    },
    /** A program that prints what `use` gave it. @param {string} command @param {string[]} args @returns {Promise<Cells>} */
    async prints(command, args) {
      return { process: lastResult(await run(command, args), simulator.url) };
    },
    /** Servers that answer with it. @param {string[]} urls @returns {Promise<Cells>} */
    async answers(...urls) {
      return { process: await askAll(urls, simulator.url) };
    },
    /** A server that writes it into the page that it answers with. @param {string} url @returns {Promise<Cells>} */
    async renders(url) {
      return { process: await askForPage(url, simulator.url) };
    },
    /**
     * A page that gets it, or fails as it should, in every browser that is here.
     * @param {string} url
     * @param {RegExp} [failure]
     * @returns {Promise<Cells>}
     */
    shows: (url, failure) => show(`${url}?api=${encodeURIComponent(open.url)}`, browsers, failure ?? open.url),
    /** Serves files as they are. @param {string} inside @param {string} [policy] */
    async serves(inside, policy) {
      const server = await serve(at(inside), policy);
      owned.push(server.stop);
      return server.url;
    },
    /** The same for what was built, which has one copy of the wasm. @param {string} inside */
    async built(inside) {
      await this.holdsOneWasm(inside);
      return this.serves(inside);
    },
    /**
     * Starts a server that goes on, and waits until it answers.
     * @param {string} command
     * @param {string[]} args
     * @param {number} port
     * @param {Record<string, string>} [env]
     */
    async starts(command, args, port, env = {}) {
      const [program = "", ...before] = programOf(command);
      const absolute = program.includes("/") ? program : join(tools, "node_modules/.bin", program);
      if (!existsSync(absolute)) throw new Error(`${absolute} is not there`);
      const server = await keep({ command: absolute, args: [...before, ...args], folder: await freshFolder(), cwd: folder, env: { ...surroundings, ...env } });
      owned.push(server.stop);
      for (const late = Date.now() + START_MS; ; await pause(100)) {
        if (await fetch(`http://127.0.0.1:${port}/`).then((reply) => reply.body?.cancel().then(() => true) ?? true, () => false)) return;
        if (Date.now() > late) throw new Error(`${command} ${args.join(" ")} did not answer within ${START_MS} ms\n${server.output()}`);
      }
    },
    async close() {
      await Promise.all(owned.map((stop) => stop()));
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The Node.js among the tools, for what no longer runs in the oldest one that the package supports. @param {string} tools */
function newerNode(tools) {
  return join(tools, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
}

/** What does the work, and its version. @param {string} tools @param {string} by */
export async function versionOf(tools, by) {
  if (by === "node") return `node ${process.versions.node}`;
  const { version } = JSON.parse(await readFile(join(tools, "node_modules", by, "package.json"), "utf8").catch(() => '{ "version": "" }'));
  return `${by} ${version}`;
}
