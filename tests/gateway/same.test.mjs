// @ts-check
/** A client makes of the gateway's answers what it makes of the API's own: every scenario of the simulator, asked both ways. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getTaskDetails, waitForTask } from "../../pkg/index.js";
import { startSimulator } from "../processes.mjs";
import { PLACES } from "./places.mjs";

const BOUND = { timeout: 60_000 };
/** What takes as long as the client has patience for; attacks.test.mjs tries that once. */
const TAKES_LONG = /drip|silent|slow|stall|hang/;
/** Where no reply came, there is one of the gateway's. */
const NO_REPLY = ["network", "timed-out"];

/** @param {Promise<import("../../pkg/index.js").TaskDetails>} look */
async function outcome(look) {
  try {
    const { paramJson, ...details } = await look;
    return { details };
  } catch (error) {
    const { kind, retryable, code, retryAfterMs } = /** @type {import("../../pkg/index.js").TaskError} */ (error);
    return { kind, retryable, code, retryAfterMs };
  }
}

for (const [name, start] of Object.entries(PLACES)) {
  describe(`through the gateway in ${name}`, { timeout: 180_000 }, () => {
    /** @type {Awaited<ReturnType<typeof startSimulator>>} */
    let simulator;
    /** @type {import("./places.mjs").Place} */
    let gateway;
    /** @type {string[]} */
    let ids = [];

    before(async () => {
      simulator = await startSimulator();
      gateway = await start({ apiKey: simulator.key, upstream: simulator.url, cache: false, apiMessages: true, maxRequestsPerMinute: 100_000, anew: true });
      /** @type {{ id: string }[]} */
      const scenarios = await (await fetch(`${simulator.url}/simulator/scenarios`)).json();
      ids = scenarios.map(({ id }) => id).filter((id) => !TAKES_LONG.test(id));
      assert.ok(ids.length > 40, `${ids.length} scenarios`);
    }, BOUND);
    after(() => Promise.all([gateway?.stop(), simulator?.stop()]), BOUND);

    it("each state and each error is the same", BOUND, async () => {
      const direct = { baseUrl: simulator.url, apiKey: simulator.key };
      for (const id of ids) {
        const own = await outcome(getTaskDetails(`${id}--both`, direct));
        const via = await outcome(getTaskDetails(`${id}--both`, { baseUrl: gateway.url }));
        if ("details" in own || "details" in via) {
          const seen = "details" in own && "details" in via;
          // What a script answers depends on how often it was asked.
          if (!id.startsWith("script.")) assert.deepEqual(via, own, `${id}${seen ? "" : ": only one of them brought a task"}`);
        } else if (NO_REPLY.includes(own.kind)) {
          assert.deepEqual([via.kind, via.retryable], ["server", true], `${id}: ${own.kind}`);
        } else {
          // envelopes.test.mjs holds where a reply without a code has one through the gateway.
          assert.deepEqual({ ...via, code: own.code === null ? null : via.code }, own, id);
        }
      }
    });

    it("a wait comes to its end", BOUND, async () => {
      const task = await waitForTask("script.http-502.pending.success--waited", { baseUrl: gateway.url, pace: "eager" });
      assert.equal(task.status, "SUCCESS");
      assert.equal(task.paramJson, null);
      const error = await waitForTask("generate-failed--waited", { baseUrl: gateway.url }).catch((reason) => reason);
      assert.deepEqual([error.kind, error.code], ["task-failed", 422]);
    });
  });
}
