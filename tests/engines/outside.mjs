// @ts-check
/** Deno and Bun: the program with the behaviours in a process of theirs, against a simulator. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freshFolder, keep, program } from "../browsers/kept.mjs";
import { startSimulator } from "../processes.mjs";

const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));
const MODULES = fileURLToPath(new URL("../node_modules/", import.meta.url));

/**
 * @param {"deno" | "bun"} engine
 * @param {string} command
 * @param {string[]} args What comes before the program.
 * @param {(news: import("./suite.mjs").News) => void} hear
 * @returns {Promise<import("./suite.mjs").Runtime>}
 */
export async function beginOutside(engine, command, args, hear) {
  const { stdout } = await promisify(execFile)(command, ["--version"]);
  const simulator = await startSimulator();
  const given = { engine, baseUrl: simulator.url, otherOrigin: simulator.otherUrl, key: simulator.key };
  const runtime = await keep({
    command,
    args: [...args, PROGRAM, JSON.stringify(given)],
    folder: await freshFolder(),
    heard(line) {
      if (line.startsWith("{")) hear(JSON.parse(line));
      else if (line !== "kept") console.log(line);
    },
  });
  return {
    version: /\d+\.\S+/.exec(stdout)?.[0] ?? stdout,
    ended: runtime.ended.then(() => "its process ended"),
    async stop() {
      await runtime.stop();
      await simulator.stop();
    },
  };
}

/**
 * A runtime that npm installed: the program itself. It is in the one package that fits this machine, unless an install script moved it.
 * @param {string} setting The environment variable that names another.
 * @param {string} what
 * @param {string} scope Of these packages.
 * @param {string[]} within Where in its package it may be.
 * @param {string} moved Where an install script puts it.
 */
export function fromNpm(setting, what, scope, within, moved) {
  const folder = `${MODULES}${scope}/`;
  const packages = existsSync(folder) ? readdirSync(folder) : [];
  return program(setting, [...packages.flatMap((name) => within.map((path) => `${folder}${name}/${path}`)), `${MODULES}${moved}`], what);
}
