// @ts-check
/**
 * Runs a program that would outlive us: `node keeper.mjs FOLDER PROGRAM ARGUMENTS…`. When standard input closes, which it also does when
 * whoever started this dies, the program ends with everything it has started, and its folder is removed. All it says comes out on standard
 * output, after a first line "kept".
 */

import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const GRACE_MS = 2_000;

const [folder = "", program = "", ...args] = process.argv.slice(2);
// A group of its own: what it starts, and what that starts, can be ended together.
const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
child.stdout.pipe(process.stdout, { end: false });
child.stderr.pipe(process.stdout, { end: false });
// Whoever listened may be gone.
process.stdout.on("error", () => {});
// A Ctrl-C in a terminal reaches us as well; standard input is what counts.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => {});

child.once("spawn", () => process.stdout.write("kept\n"));
child.once("error", (error) => {
  process.stdout.write(`${error.message}\n`);
  void leave();
});
child.once("exit", () => void leave());
process.stdin.resume().once("close", () => void leave());

/** @type {Promise<void> | undefined} */
let leaving;
function leave() {
  return (leaving ??= end());
}

async function end() {
  signal("SIGTERM");
  for (const late = Date.now() + GRACE_MS; Date.now() < late && signal(0); ) await pause(20);
  signal("SIGKILL");
  for (const late = Date.now() + GRACE_MS; Date.now() < late && signal(0); ) await pause(20);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.exit(0);
}

/** Whether there was anybody to get it. @param {NodeJS.Signals | 0} which */
function signal(which) {
  try {
    return child.pid !== undefined && process.kill(-child.pid, which);
  } catch {
    return false;
  }
}
