// @ts-check
/**
 * A real `navigator.onLine` that is false although the server can be reached: Chromium in a network namespace that has the
 * loopback alone, as on a machine without any network whose page and server are its own.
 */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("loopback.mjs", import.meta.url));
/** Root of a user namespace of its own, where the machine allows that. */
const inside = (/** @type {string} */ command) => /** @type {const} */ (["unshare", ["--map-root-user", "--net", "sh", "-c", `ip link set lo up && ${command}`]]);

/** Why it cannot run here, or false. */
function impossible() {
  try {
    execFileSync(...inside("true"), { stdio: "pipe" });
    return false;
  } catch (error) {
    return `no network namespace can be made here: ${String(/** @type {Error} */ (error).message).replace(/\s+/g, " ")}`;
  }
}

it("a page that calls itself offline polls all the same", { timeout: 90_000, skip: impossible() }, async () => {
  const { stdout } = await promisify(execFile)(...inside('exec "$0" "$1"'.replace("$0", process.execPath).replace("$1", PROGRAM)));
  const told = JSON.parse(stdout);
  assert.equal(told.online, false, "navigator.onLine");
  // The first poll is sent, and the next one is far.
  assert.deepEqual([told.badly, told.nexts[0] > 25_000], [1, true], stdout);
  assert.deepEqual([told.end, told.well], ["SUCCESS", 3], stdout);
});
