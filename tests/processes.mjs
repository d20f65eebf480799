// @ts-check
/**
 * The processes that end-to-end tests run against: started here, spoken to over HTTP, and ended here, each by closing its stdin, which
 * also ends them when the test itself dies.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START_MS = 30_000;
const STOP_MS = 5_000;

/** @typedef {{ url: string, key: string, output: () => string, stop: () => Promise<void> }} Running */

/**
 * The simulator. `otherUrl` is its second origin, where it serves pictures across origins.
 * The binary is the one in env SIMULATOR, or what cargo built last.
 * @param {{ key?: string, args?: string[] }} [options]
 * @returns {Promise<Running & { otherUrl: string }>}
 */
export async function startSimulator({ key = newKey(), args = [] } = {}) {
  const binary = process.env["SIMULATOR"] || builtSimulator();
  const running = await start(binary, ["--port", "0", "--key", key, "--until-stdin-closes", ...args], { PATH: process.env["PATH"] ?? "" });
  const told = /^simulator listening on (http:\/\/\S+)(?: \(other origin (http:\/\/[^)\s]+)\))?/.exec(running.line);
  if (!told?.[1]) return running.fail("the simulator said something else");
  return { url: bare(told[1]), otherUrl: bare(told[2] ?? told[1]), key, output: running.output, stop: running.stop };
}

/**
 * The demo page's Worker in workerd, in front of an upstream.
 * @param {{ upstream: string, key: string, simulator?: boolean, port?: number }} options
 * @returns {Promise<Running>}
 */
export async function startPage({ upstream, key, simulator = false, port = 0 }) {
  const running = await start(process.execPath, [fileURLToPath(new URL("../www/serve.mjs", import.meta.url))], {
    PATH: process.env["PATH"] ?? "",
    PORT: String(port),
    UPSTREAM: upstream,
    NANOBANANA_API_KEY: key,
    SIMULATOR: simulator ? "1" : "0",
  });
  const told = /^page on (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(running.line);
  if (!told?.[1]) return running.fail("the page server said something else");
  return { url: told[1], key, output: running.output, stop: running.stop };
}

/** A key as the API's look: nothing else in a page, a log or a reply is likely to hold this text. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Starts a process that ends when its stdin closes, and waits for the first line on stdout that matches; `told` is the match.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {{ announced?: RegExp, heard?: (line: string) => void, withinMs?: number, cwd?: string }} [options]
 *   `heard` gets every line on stdout.
 */
export async function start(command, args, env, { announced = /^.*/, heard = () => {}, withinMs = START_MS, cwd = process.cwd() } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  child.stdin.on("error", () => {});
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));

  const stop = async () => {
    child.stdin.end();
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(patience);
  };
  /** @param {string} why @returns {Promise<never>} */
  const fail = async (why) => {
    await stop();
    throw new Error(`${command}: ${why}\n${said}`);
  };

  const lines = createInterface({ input: child.stdout });
  const timer = new AbortController();
  /** @type {Promise<RegExpExecArray>} */
  const announcement = new Promise((resolve) => {
    lines.on("line", (line) => {
      const match = announced.exec(line);
      if (match) resolve(match);
      heard(line);
    });
  });
  const told = await Promise.race([announcement, pause(withinMs, null, { signal: timer.signal }), ended.then(() => null)]);
  timer.abort();
  if (told === null) return fail("did not start");
  return { line: told.input, told, output: () => said, ended, stop, fail };
}

function builtSimulator() {
  const folder = process.env["CARGO_TARGET_DIR"] ? `file://${process.env["CARGO_TARGET_DIR"]}/` : new URL("../target/", import.meta.url).href;
  const name = process.platform === "win32" ? "simulator.exe" : "simulator";
  const built = ["release", "debug"].map((profile) => fileURLToPath(new URL(`${profile}/${name}`, folder)));
  const found = built.find((path) => existsSync(path));
  if (!found) throw new Error("no simulator: build it with `cargo build -p simulator`, or name it in the environment variable SIMULATOR");
  return found;
}

/** @param {string} url */
function bare(url) {
  return url.replace(/\/+$/, "");
}
