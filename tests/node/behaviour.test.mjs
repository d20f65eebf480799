// @ts-check
/** All behaviours in Node, over its own fetch and real sockets. */

import { after, before, describe, it } from "node:test";
import * as api from "../../pkg/index.js";
import { LIMIT_MS, behaviours, logOf, run } from "../behaviour/all.mjs";
import { wordsOf } from "../engines/words.mjs";
import { startSimulator } from "../processes.mjs";

const record = wordsOf("node");

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {import("../behaviour/world.mjs").World} */
let world;

before(async () => {
  simulator = await startSimulator();
  const { url: baseUrl, otherUrl: otherOrigin, key } = simulator;
  world = { engine: "node", api, baseUrl, otherOrigin, key, log: logOf(baseUrl), tell: record.tell };
});
after(record.print);
after(() => simulator?.stop());

for (const alone of [false, true]) {
  describe(alone ? "one at a time" : "side by side", { concurrency: alone ? 1 : 24 }, () => {
    for (const behaviour of behaviours.filter((each) => Boolean(each.alone) === alone)) {
      it(behaviour.name, { timeout: LIMIT_MS + 1_000, skip: behaviour.notIn?.node }, () => run(behaviour, world));
    }
  });
}
