// @ts-check
/** waitForTask: to the end of the task, through everything that passes. */

import { between, is, matches, ok, rejection, same } from "./check.mjs";
import {
  NEXT_LOOK_MS, answering, failure, fresh, isFreshHandle, reaching, record, success, takesHalf, triesOf,
} from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */
/** @typedef {import("../../pkg/index.js").Progress} Progress */
/** @typedef {import("../../pkg/index.js").TaskHandle} TaskHandle */

/**
 * Waits, keeps what is shown on the way, and checks what holds of every progress.
 * @param {World} world
 * @param {string | TaskHandle} task
 * @param {import("../../pkg/index.js").WaitOptions} [options]
 */
function waiting(world, task, options = {}) {
  const taskId = typeof task === "string" ? task : task.taskId;
  /** @type {Progress[]} */
  const shown = [];
  const promise = world.api.waitForTask(task, reaching(world, {
    ...options,
    onProgress(/** @type {Progress} */ progress) {
      const last = shown.at(-1);
      same(Object.keys(progress).sort(), ["attempt", "details", "elapsedMs", "estimatedProgress", "handle", "nextLookInMs", "problem"], "members");
      is(progress.attempt, (last?.attempt ?? 0) + 1, "attempt");
      ok(progress.elapsedMs >= (last?.elapsedMs ?? 0), "time runs");
      between(progress.estimatedProgress, last?.estimatedProgress ?? 0, 1, "estimatedProgress");
      if (progress.nextLookInMs !== null) ok(Number.isInteger(progress.nextLookInMs) && progress.estimatedProgress < 1, "an estimate of 1 before the end");
      is(progress.handle.taskId, taskId, "handle.taskId");
      if (progress.problem) ok(progress.problem instanceof world.api.TaskError, "a problem is a TaskError");
      shown.push(progress);
    },
  }));
  return { promise, shown };
}

/** Failures that pass. @type {[scenario: string, kinds: string, least: number][]} */
const PASSING = [
  ["script.reset.pending.success", "network,,", 3],
  ["script.http-502.success", "server,", 2],
  ["script.html-200.success", "invalid-reply,", 2],
  ["script.html-524.success", "server,", 2],
  ["script.cut-json.success", "invalid-reply,", 2],
  ["script.cut-body.success", "network,", 2],
  ["script.reset-body.success", "network,", 2],
  ["script.close.success", "network,", 2],
  ["script.empty.success", "invalid-reply,", 2],
  ["script.text-1010.success", "forbidden,", 2],
  ["script.body-455.success", "server,", 2],
  ["script.body-500-parameters.success", "server,", 2],
  ["script.drip-200ms.success", "network,", 2],
  ["script.silent.success", "network,", 2],
  ["script.not-found-body.pending.success", "not-found,,", 3],
  ["script.not-found.not-found-422.not-found-null.success", "not-found,not-found,not-found,", 4],
];

/** @type {Behaviour[]} */
const passing = PASSING.map(([scenario, kinds, looks]) => ({
  name: `wait: rides out ${scenario.slice("script.".length)}`,
  async run(world) {
    // Where the engine asks again by itself, the failure lasts as long as it does.
    const tries = triesOf(world, scenario);
    const [, first, ...rest] = scenario.split(".");
    const plan = tries === 1 ? scenario : ["script", `${first}*${tries}`, ...rest].join(".");
    const { promise, shown } = waiting(world, fresh(plan), { requestTimeoutMs: 900 });
    const task = await promise;
    is(task.status, "SUCCESS", "status");
    is(shown.map(({ problem }) => problem?.kind ?? "").join(), takesHalf(world, scenario) ? "invalid-reply," : kinds, "problems shown");
    is(shown.length, looks, "looks");
    for (const { problem, nextLookInMs, attempt } of shown.slice(0, -1)) {
      ok(nextLookInMs !== null && nextLookInMs >= 750, `the next look in ${nextLookInMs} ms`);
      if (problem) is(problem.attempts, attempt, "looks, by the problem");
    }
  },
}));

/** @type {[scenario: string, leastMs: number][]} */
const ORDERED = [
  ["script.http-429-retry-3s.success", 3_000],
  ["script.body-429-retry-3s.success", 3_000],
  ["script.http-503-retry-3s.success", 3_000],
  // A date counts whole seconds: up to one more or less.
  ["script.http-429-retry-date-4s.success", 3_000],
  ["script.body-429-retry-date-4s.success", 3_000],
];

/** @type {Behaviour[]} */
const ordered = ORDERED.map(([scenario, leastMs]) => ({
  name: `wait: comes back no earlier than told by ${scenario.slice("script.".length)}`,
  async run(world) {
    const taskId = fresh(scenario);
    const { promise, shown } = waiting(world, taskId);
    await promise;
    const [first, second] = (await world.log(taskId)).looks;
    ok(first && second, "two looks");
    between(second.atMs - first.atMs, leastMs, leastMs + 3_200, "ms between the looks");
    between(Number(shown[0]?.nextLookInMs), leastMs - 50, leastMs + 2_800, "nextLookInMs");
  },
}));

/** @type {[scenario: string, status: string, code: unknown, says: RegExp][]} */
const FAILED = [
  ["create-failed", "CREATE_TASK_FAILED", 400, /Generation failed on provider side/],
  ["create-failed-null", "CREATE_TASK_FAILED", null, /CREATE_TASK_FAILED/],
  ["generate-failed-text", "GENERATE_FAILED", "POLICY", /POLICY.*failed/],
  ["script.pending.generate-failed", "GENERATE_FAILED", 422, /refused by the content policy/],
];

/** @type {Behaviour[]} */
const failed = FAILED.map(([scenario, status, code, says]) => ({
  name: `wait: ${scenario} rejects with what the API says of it`,
  async run(world) {
    const taskId = fresh(scenario);
    const { promise, shown } = waiting(world, taskId);
    const error = await failure(world, promise, {
      kind: "task-failed", taskId, retryable: false, httpStatus: null, code, attempts: scenario.startsWith("script") ? 2 : 1, handle: null,
    });
    is(error.details?.status, status, "details.status");
    same(error.details, shown.at(-1)?.details, "the last details shown");
    matches(error.message, says, "the message");
    is(shown.at(-1)?.nextLookInMs, null, "nextLookInMs at the end");
    is(shown.at(-1)?.problem, null, "a failed task is no failed look");
    is("cause" in error, false, "a cause");
  },
}));

/** @type {Behaviour[]} */
export const wait = [
  ...passing,
  ...ordered,
  ...failed,
  {
    name: "wait: to the picture, showing each look",
    async run(world) {
      const taskId = fresh("success-8s");
      const { promise, shown } = waiting(world, taskId, { pace: "eager" });
      const task = await promise;
      is(task.status, "SUCCESS", "status");
      is(task.response.resultImageUrl, `${world.baseUrl}/pictures/${taskId}.png`, "the picture");
      between(shown.length, 3, 4, "looks");
      same(shown.map(({ details }) => details?.status), [...Array(shown.length - 1).fill("GENERATING"), "SUCCESS"], "states shown");
      same(shown.at(-1)?.details, task, "the last details shown");
      is(shown.at(-1)?.nextLookInMs, null, "nextLookInMs at the end");
      is(shown.at(-1)?.estimatedProgress, 1, "estimatedProgress at the end");
      isFreshHandle(shown[0]?.handle ?? null, taskId);
      const { startedAt, deadlineAt } = /** @type {Progress} */ (shown[0]).handle;
      between(Number(deadlineAt) - startedAt, 600_000, 600_002, "the default deadline");
      for (const { handle } of shown) same(handle, shown[0]?.handle, "the handle does not change");
      const log = await world.log(taskId);
      is(log.looks.length, shown.length, "requests");
      is(log.maxInFlight, 1, "requests at once");
      ok(log.looks.every((look) => look.rightKey), "the key came along");
      for (const [index, { atMs }] of log.looks.slice(1).entries()) {
        between(atMs - Number(log.looks[index]?.atMs), 2_000, NEXT_LOOK_MS, "ms between looks at a new task");
      }
    },
  },
  {
    name: "wait: an unknown flag is neither success nor failure",
    async run(world) {
      const { promise, shown } = waiting(world, fresh("script.flag-4.flag-99.flag-missing.success"));
      is((await promise).status, "SUCCESS", "status");
      same(shown.map(({ details, problem }) => [details?.status, problem]), [["UNKNOWN", null], ["UNKNOWN", null], ["UNKNOWN", null], ["SUCCESS", null]], "states shown");
    },
  },
  {
    name: "wait: an outage of some seconds, and the last good look is kept through it",
    async run(world) {
      const { promise, shown } = waiting(world, fresh("script.pending.reset-4s.success"));
      is((await promise).status, "SUCCESS", "status");
      const during = shown.filter(({ problem }) => problem !== null);
      ok(during.length >= 2, `${during.length} looks into the outage`);
      ok(during.every(({ details, problem }) => details?.status === "GENERATING" && problem?.details?.status === "GENERATING"), "the last good look");
      const pauses = during.map(({ nextLookInMs }) => Number(nextLookInMs));
      ok(pauses.every((ms, at) => at === 0 || ms > Number(pauses[at - 1])), `pauses that do not grow: ${pauses}`);
    },
  },
  {
    name: "wait: an unknown id is final when the grace span is over, looked at until its very end",
    async run(world) {
      const taskId = fresh("not-found-body");
      const began = Date.now();
      await failure(world, world.api.waitForTask(taskId, reaching(world, { notFoundGraceMs: 3_500 })), {
        kind: "not-found", taskId, retryable: false, httpStatus: 200, code: 404, details: null, attempts: 3, handle: "fresh",
      });
      between(Date.now() - began, 3_490, 4_500, "ms until the end");
    },
  },
  {
    name: "wait: without grace an unknown id is final at once",
    async run(world) {
      await failure(world, world.api.waitForTask(fresh("not-found"), reaching(world, { notFoundGraceMs: 0 })), { kind: "not-found", retryable: false, attempts: 1 });
    },
  },
  {
    name: "wait: what onProgress throws ends the wait as it is",
    async run(world) {
      for (const thrown of [new RangeError("mine"), "text", undefined, null]) {
        const taskId = fresh("pending");
        const reason = await rejection(world.api.waitForTask(taskId, reaching(world, { onProgress() { throw thrown; } })));
        is(reason, thrown, "the rejection");
        is((await world.log(taskId)).looks.length, 1, "looks");
      }
    },
  },
  {
    name: "wait: onProgress is called with this undefined and one argument, and may be async",
    async run(world) {
      /** @type {unknown[]} */
      let seen = [];
      await world.api.waitForTask(fresh("success"), reaching(world, {
        onProgress: /** @type {any} */ (async function (/** @type {any} */ ...all) {
          // @ts-expect-error what `this` is, is the question
          seen = [this, all.length];
        }),
      }));
      same(seen, [undefined, 1], "this, and how many arguments");
    },
  },
  {
    name: "wait: a wrong clock here makes no task older or younger where the reply has its date",
    async run(world) {
      for (const [ahead, age] of /** @type {const} */ ([[960_000, 0], [-960_000, 0], [30_000, 0], [0, 960_000], [-960_000, 960_000]])) {
        const there = Date.now() - ahead;
        const headers = { Date: new Date(there).toUTCString() };
        const fetch = answering(() => Response.json(record({ createTime: there - age }), { headers }), success());
        const pause = await rejection(world.api.waitForTask("t", reaching(world, { fetch, onProgress(/** @type {Progress} */ { nextLookInMs }) { throw nextLookInMs; } })));
        // The next look at a new task is soon, and at an old one 17 s away at least.
        const [least, most] = age === 0 ? [4_500, 15_000] : [16_900, 23_000];
        between(/** @type {number} */ (pause), least, most, `ms to the next look at a task of ${age} ms, the clock here ahead by ${ahead} ms`);
      }
    },
  },
  {
    name: "wait: the three paces",
    async run(world) {
      for (const pace of /** @type {const} */ (["gentle", "normal", "eager"])) {
        is((await world.api.waitForTask(fresh("success"), reaching(world, { pace }))).status, "SUCCESS", pace);
      }
    },
  },
  {
    name: "handle: resuming keeps start and deadline",
    async run(world) {
      const taskId = fresh("pending");
      const gone = new AbortController();
      /** @type {TaskHandle | undefined} */
      let stored;
      await rejection(world.api.waitForTask(taskId, reaching(world, {
        signal: gone.signal,
        timeoutMs: 4_000,
        onProgress(/** @type {Progress} */ { handle }) {
          stored = JSON.parse(JSON.stringify(handle));
          gone.abort();
        },
      })));
      ok(stored, "no handle was shown");
      const { startedAt, deadlineAt } = stored;
      is(Number(deadlineAt) - startedAt >= 4_000, true, "the deadline");
      const { promise, shown } = waiting(world, stored, { timeoutMs: 60_000 });
      const error = await failure(world, promise, { kind: "timed-out", taskId, retryable: true, handle: stored });
      between(Date.now() - startedAt, 3_990, 4_700, "ms from the first start to the end");
      between(error.elapsedMs, 3_990, 4_700, "elapsedMs");
      same(shown[0]?.handle, stored, "the handle shown");
    },
  },
  {
    name: "handle: a timed-out error's own goes on with the wait, from its first start",
    async run(world) {
      const taskId = fresh("success-3s");
      const error = await failure(world, world.api.waitForTask(taskId, reaching(world, { timeoutMs: 1_200 })), { kind: "timed-out", handle: "fresh" });
      const { promise, shown } = waiting(world, /** @type {TaskHandle} */ (error.handle), { timeoutMs: 20_000 });
      is((await promise).status, "SUCCESS", "status");
      is(shown[0]?.handle.startedAt, error.handle?.startedAt, "startedAt");
      ok(Number(shown[0]?.elapsedMs) >= 1_200, "elapsedMs counts from the first start");
      between(Number(shown[0]?.handle.deadlineAt) - Date.now(), 10_000, 20_000, "a new deadline");
    },
  },
  {
    name: "handle: one without a deadline, and one of a wait without end",
    async run(world) {
      const taskId = fresh("success");
      const startedAt = Date.now() - 5_000;
      const { promise, shown } = waiting(world, { v: 1, taskId, startedAt, deadlineAt: null });
      await promise;
      same(shown[0]?.handle, { v: 1, taskId, startedAt, deadlineAt: null }, "the handle");
      between(Number(shown[0]?.elapsedMs), 5_000, 6_000, "elapsedMs");
    },
  },
  {
    name: "handle: holds nothing else",
    async run(world) {
      const { promise, shown } = waiting(world, "t", { fetch: answering(record({ taskId: "t" }), success({ taskId: "t" })) });
      await promise;
      ok(!JSON.stringify(shown.map(({ handle }) => handle)).includes(world.key), "the key is in a handle");
    },
  },
];
