// @ts-check
/** The limit on the whole wait holds over whatever is under way. */

import { between, is, matches, ok, until } from "./check.mjs";
import { LATE_MS, answering, failure, fresh, reaching, record, settlesAt } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */
/** @typedef {import("../../pkg/index.js").WaitOptions} WaitOptions */

const never = () => new Promise(() => {});

/** A body that begins and never ends, and does not care for any signal. */
const endless = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"code":')) }));

/** @type {[what: string, scenario: string, timeoutMs: number, options: (world: World) => WaitOptions][]} */
const CASES = [
  ["a request that is never answered", "silent", 1_200, () => ({})],
  ["a body that drips", "drip-100ms", 1_200, () => ({})],
  ["a body that never ends", "drip-endless", 1_200, () => ({})],
  ["the pause before the next look", "pending", 700, () => ({})],
  ["the pause after a failure", "http-502", 700, () => ({})],
  ["a request that began late", "script.pending.silent", 2_500, () => ({})],
  ["requests cut off one after the other", "silent", 2_500, () => ({ requestTimeoutMs: 300 })],
  ["an apiKey function that never answers", "success", 700, () => ({ apiKey: /** @type {any} */ (never) })],
  ["an own fetch that never answers and knows no signal", "success", 700, () => ({ fetch: /** @type {any} */ (never) })],
  ["an own fetch whose body never ends", "success", 700, () => ({ fetch: answering(endless) })],
];

/** @type {Behaviour[]} */
export const deadline = [
  ...CASES.map(([what, scenario, timeoutMs, options]) => /** @type {Behaviour} */ ({
    name: `deadline: ends ${what}`,
    async run(world) {
      const taskId = fresh(scenario);
      const promise = world.api.waitForTask(taskId, reaching(world, { timeoutMs, ...options(world) }));
      await settlesAt(promise, timeoutMs);
      const error = await failure(world, promise, { kind: "timed-out", taskId, retryable: true, handle: "fresh" });
      between(error.elapsedMs, timeoutMs - 5, timeoutMs + 1_000, "elapsedMs");
      // By the wall clock, which is not quite in step with the one that waits are measured by, the deadline has passed.
      between(Number(error.handle?.deadlineAt) - Number(error.handle?.startedAt), timeoutMs - 50, timeoutMs + 2, "the handle's span");
      await until("the simulator still has a request", async () => (await world.log(taskId)).inFlight === 0);
    },
  })),
  {
    name: "deadline: its error carries the last good look, and what the last look failed with",
    async run(world) {
      // Told to come back after the deadline: without that, a third look might begin, and be cut off, in its last milliseconds.
      const taskId = fresh("script.pending.http-503-retry-9s");
      const error = await failure(world, world.api.waitForTask(taskId, reaching(world, { timeoutMs: 2_500 })), {
        kind: "timed-out", httpStatus: 503, code: 503, attempts: 2, handle: "fresh",
      });
      is(error.details?.status, "GENERATING", "details.status");
      matches(error.message, /The last look failed.*HTTP 503/, "the message");
      const last = error.cause;
      ok(last instanceof world.api.TaskError && last.kind === "server" && last.httpStatus === 503, `the cause is ${last}`);
    },
  },
  {
    name: "deadline: without a failed look there is nothing below it",
    async run(world) {
      const error = await failure(world, world.api.waitForTask(fresh("pending"), reaching(world, { timeoutMs: 400 })), {
        kind: "timed-out", httpStatus: null, code: null, attempts: 1,
      });
      is("cause" in error, false, "a cause");
    },
  },
  {
    name: "deadline: a pause ordered past it lasts until it, so that who goes on by the handle does not ask at once and again",
    async run(world) {
      const promise = world.api.waitForTask(fresh("http-429-retry-60s"), reaching(world, { timeoutMs: 3_000 }));
      await settlesAt(promise, 3_000);
      const error = await failure(world, promise, { kind: "timed-out", retryable: true, httpStatus: 429, code: 429, attempts: 1, handle: "fresh" });
      // Browsers make their clocks coarse, each by itself: they may be some ms apart.
      ok(Number(error.handle?.deadlineAt) <= Date.now() + 3, "going on means a new span, and not the same end at once: deadlineAt");
    },
  },
  {
    name: "deadline: a look that it would cut off is brought forward, one second before it",
    async run(world) {
      const taskId = fresh("success-700ms");
      const task = await world.api.waitForTask(taskId, reaching(world, { timeoutMs: 2_000, pace: /** @type {const} */ ("gentle") }));
      is(task.status, "SUCCESS", "status");
      const [first, second] = (await world.log(taskId)).looks;
      between(Number(second?.atMs) - Number(first?.atMs), 900, 1_000 + LATE_MS, "ms between the looks");
    },
  },
  {
    name: "deadline: what an own fetch does afterwards is nobody's unhandled rejection",
    async run(world) {
      /** @type {(reason: unknown) => void} */
      let fail = () => {};
      const fetch = () => new Promise((_, reject) => (fail = reject));
      await failure(world, world.api.waitForTask("t", reaching(world, { timeoutMs: 300, fetch: /** @type {any} */ (fetch) })), { kind: "timed-out" });
      fail(new Error("much too late"));
      const late = answering(record());
      await failure(world, world.api.waitForTask("t", reaching(world, { timeoutMs: 300, fetch: late })), { kind: "timed-out", attempts: 1 });
    },
  },
];
