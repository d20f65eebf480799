// @ts-check
/** All behaviours in Node, over its own fetch and real sockets. */

import { after, before, describe, it } from "node:test";
import * as api from "../../pkg/index.js";
import { LIMIT_MS, behaviours, logOf, run } from "../behaviour/all.mjs";
import { startSimulator } from "../processes.mjs";

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {import("../behaviour/world.mjs").World} */
let world;

before(async () => {
  simulator = await startSimulator();
  world = { api, baseUrl: simulator.url, otherOrigin: simulator.otherUrl, key: simulator.key, log: logOf(simulator.url) };
});
after(() => simulator?.stop());

for (const alone of [false, true]) {
  describe(alone ? "one at a time" : "side by side", { concurrency: alone ? 1 : 24 }, () => {
    for (const behaviour of behaviours.filter((each) => Boolean(each.alone) === alone)) {
      it(behaviour.name, { timeout: LIMIT_MS + 1_000 }, () => run(behaviour, world));
    }
  });
}
