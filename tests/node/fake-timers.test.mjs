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
 * @param {number} [stepMs]
 */
async function drive(replies, mostMs, options, stepMs = STEP_MS) {
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
    mock.timers.tick(stepMs);
    nowMs += stepMs;
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

for (const [timeoutMs, stepMs, mostSteps] of [
  [600_000, 600_000, 2],
  [60_000, 300_000, 2],
  [60_000, 30_000, 3],
]) {
  it(`a deadline of ${timeoutMs} ms passes in steps of ${stepMs} ms`, BOUND, async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
    const error = await drive([running], 10 * Number(stepMs), { timeoutMs }, stepMs);
    assert.equal(error?.kind, "timed-out", `requests at ${sent}`);
    assert.ok(nowMs <= Number(mostSteps) * Number(stepMs), `after ${nowMs} ms`);
    assert.ok(error.elapsedMs >= Number(timeoutMs) && error.elapsedMs <= nowMs + 1_000, `${error.elapsedMs}`);
  });
}

it("a deadline passes in one step that ends later than the timer that fired in it", BOUND, async () => {
  // As Sinon's, Jest's and Vitest's timers do it: `Date` is at the timer's own time when that fires.
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let settled = false;
  const fetch = async () => Response.json(running);
  const wait = waitForTask("t", { apiKey: "key", fetch }).catch((error) => error);
  void wait.finally(() => (settled = true));
  const turns = async () => {
    for (let n = 0; n < 10; n += 1) await new Promise((resolve) => turn(() => resolve(undefined)));
  };
  await turns();
  for (let ms = 0; ms < 600_000; ms += STEP_MS) mock.timers.tick(STEP_MS);
  await turns();
  mock.timers.tick(600_000);
  await turns();
  assert.ok(settled);
  assert.equal((await wait).kind, "timed-out");
});

it("a clock that is set is no time that has passed, once timers are real again", BOUND, async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  assert.equal((await drive([running], 600_000, { timeoutMs: 60_000 }, 30_000))?.kind, "timed-out");
  mock.timers.reset();
  const { now } = Date;
  const fetch = async () => {
    sent.push(performance.now());
    if (sent.length === 2) Date.now = () => now() + 3_600_000;
    return Response.json(sent.length < 4 ? running : done);
  };
  sent = [];
  try {
    const task = await waitForTask("t", { apiKey: "key", fetch, pace: "eager", timeoutMs: 25_000 });
    assert.equal(task.status, "SUCCESS");
  } finally {
    Date.now = now;
  }
});
