// @ts-check
/** Timers that a test drives by hand, as those of Jest, Vitest and Sinon do, which leave `performance` alone. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, it, mock } from "node:test";
import { waitForTask } from "../../pkg/index.js";

const BOUND = { timeout: 30_000 };
const STEP_MS = 100;
const running = { code: 200, msg: "success", data: { taskId: "t", successFlag: 0, response: null } };
const done = { ...running, data: { ...running.data, successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };
const { setImmediate: turn } = globalThis;

/** When requests were sent, in ms of the driven time. @type {number[]} */
let sent = [];
let nowMs = 0;

// The wasm is loaded by real time.
beforeEach(async () => {
  await waitForTask("t", { apiKey: "key", fetch: async () => Response.json(done) });
  sent = [];
  nowMs = 0;
});
afterEach(() => mock.timers.reset());

/**
 * Drives a wait's timers until it has settled, for so long at the most.
 * @param {object[]} replies The last again and again.
 * @param {number} mostMs
 * @param {import("../../pkg/index.js").WaitOptions} [options]
 */
async function drive(replies, mostMs, options) {
  let settled = false;
  const fetch = async () => {
    sent.push(nowMs);
    return Response.json(replies[Math.min(sent.length, replies.length) - 1]);
  };
  const promise = waitForTask("t", { apiKey: "key", fetch, ...options }).catch((error) => error);
  void promise.finally(() => (settled = true));
  while (!settled && nowMs < mostMs) {
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => turn(() => resolve(undefined)));
    if (settled) break;
    mock.timers.tick(STEP_MS);
    nowMs += STEP_MS;
  }
  return settled ? promise : null;
}

for (const apis of /** @type {("setTimeout" | "Date")[][]} */ ([["setTimeout", "Date"], ["setTimeout"]])) {
  it(`a wait comes to its end where ${apis.join(" and ")} are driven by hand`, BOUND, async () => {
    mock.timers.enable({ apis });
    const task = await drive([running, running, running, done], 300_000);
    assert.equal(task?.status, "SUCCESS", `requests at ${sent}`);
    assert.equal(sent.length, 4);
    assert.ok(sent.slice(1).every((at, n) => at - Number(sent[n]) >= 800 - STEP_MS), `${sent}`);
  });

  it(`a deadline passes where ${apis.join(" and ")} are driven by hand`, BOUND, async () => {
    mock.timers.enable({ apis });
    const error = await drive([running], 120_000, { timeoutMs: 60_000 });
    assert.equal(error?.kind, "timed-out", `requests at ${sent}`);
    assert.ok(nowMs >= 60_000 - STEP_MS && nowMs <= 62_000, `after ${nowMs} ms`);
  });
}

it("a request that hangs is given up where timers are driven by hand", BOUND, async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let hung = 0;
  const fetch = async () => {
    hung += 1;
    return hung === 1 ? new Promise(() => {}) : Response.json(done);
  };
  const task = await drive([], 60_000, { fetch: /** @type {any} */ (fetch), requestTimeoutMs: 5_000 });
  assert.equal(task?.status, "SUCCESS");
  assert.ok(nowMs >= 5_000 - STEP_MS && nowMs < 10_000, `after ${nowMs} ms`);
});
