// @ts-check
/** A hundred thousand waits in one instance leave nothing behind, however they end; ten thousand at once stay within their client's budget. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { figures } from "./watched.mjs";
import { createClient } from "../../pkg/index.js";
import { countingSignal } from "../behaviour/world.mjs";
import { ENDS, WAITS, leaveNothing } from "./rounds.mjs";
import { run, running } from "./waits.mjs";

const LIMIT = { timeout: 240_000 };

for (const end of ENDS) {
  it(`${WAITS} waits that ${end} leave memory, timers and listeners as they were`, LIMIT, () => leaveNothing(end, run));
}

it("10000 waits at once on one client stay within its budget", LIMIT, async (context) => {
  const before = figures().bytes;
  let requests = 0;
  const fetch = async () => ((requests += 1), running);
  const client = createClient({ fetch, maxRequestsPerSecond: 20 });
  // Of no engine's own kind: Node.js warns of more than ten listeners on one of its signals.
  const controller = countingSignal();
  const began = performance.now();
  const waits = Array.from({ length: 10_000 }, (_, n) => client.waitForTask(`t${n}`, { signal: controller.signal }).catch((reason) => reason));
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const seconds = (performance.now() - began) / 1_000;
  const perWait = (figures().bytes - before) / waits.length;
  controller.abort("enough");
  assert.ok((await Promise.all(waits)).every((reason) => reason === "enough"));
  assert.ok(requests > 0 && requests <= 20 * seconds + 1, `${requests} requests in ${seconds} s`);
  assert.equal(controller.listeners(), 0, "listeners");
  assert.equal(figures().timers, 0, "timers");
  context.diagnostic(`${requests} requests in ${seconds.toFixed(1)} s; ${Math.round(perWait)} bytes of the instance's memory for a wait`);
});
