// @ts-check
/** What a browser stands on: its program, found; a folder of its own; processes that do not outlive the test. */

import { accessSync, constants } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../processes.mjs";

const KEEPER = fileURLToPath(new URL("keeper.mjs", import.meta.url));
const START_MS = 30_000;

/**
 * A program: what an environment variable names, or the first of these that is there. A name without a slash is looked for on PATH.
 * @param {string} setting
 * @param {string[]} places
 * @param {string} what For the sentence that says it is missing.
 */
export function program(setting, places, what) {
  const named = process.env[setting];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const inFolders = (/** @type {string} */ place) => (place.includes("/") ? [place] : folders.map((folder) => join(folder, place)));
  const found = (named ? [named] : places.flatMap(inFolders)).find(runs);
  if (found) return found;
  if (named) throw new Error(`${setting} is set to ${named}, where there is no program`);
  throw new Error(`${what} is not installed here: install it, or name it in ${setting}`);
}

/** @param {string} path */
function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function freshFolder() {
  return mkdtemp(join(tmpdir(), "nanobanana-browser-"));
}

/**
 * Starts a program with a folder of its own as home, and waits for the line that matches. Stopping it, or dying, ends everything it has
 * started and removes the folder.
 * @param {{ command: string, args: string[], folder: string, announced?: RegExp, heard?: (line: string) => void,
 *   env?: Record<string, string>, cwd?: string }} program
 */
export function keep({ command, args, folder, announced = /^kept$/, env = {}, ...options }) {
  const { PATH = "", LANG = "C.UTF-8" } = process.env;
  const places = ["HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"];
  const surroundings = { PATH, LANG, ...Object.fromEntries(places.map((name) => [name, folder])), ...env };
  return start(process.execPath, [KEEPER, folder, command, ...args], surroundings, { announced, withinMs: START_MS, ...options });
}

/** A port that was free a moment ago, for a program that cannot say which one it took. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
