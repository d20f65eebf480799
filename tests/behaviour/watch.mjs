// @ts-check
/** watchTask: each change of state, and an end that is at once. */

import { between, is, ok, rejection, same, until } from "./check.mjs";
import { LATE_MS, UNSENT, answering, countingSignal, failure, fresh, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("../../pkg/index.js").TaskDetails} TaskDetails */

/** @template T @param {AsyncIterable<T>} iterable */
async function all(iterable) {
  const seen = [];
  for await (const each of iterable) seen.push(each);
  return seen;
}

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Options with these states one after the other, of a task at the age at which looks are closest. @param {Record<string, unknown>[]} states */
function quick(...states) {
  const createTime = new Date(Date.now() - 20_000).toISOString();
  const replies = states.map((data) => (data["successFlag"] === 1 ? success({ createTime }) : record({ createTime, ...data })));
  return { fetch: answering(...replies), pace: /** @type {const} */ ("eager") };
}

/** @type {Behaviour[]} */
export const watch = [
  {
    name: "watch: each change of state once, the last one last",
    async run(world) {
      const states = quick({}, {}, { successFlag: 7 }, { successFlag: 8 }, {}, { successFlag: 1 });
      const seen = await all(world.api.watchTask("t", reaching(world, states)));
      same(seen.map(({ successFlag }) => successFlag), [0, 7, 8, 0, 1], "flags");
      is(seen.at(-1)?.response?.resultImageUrl, "https://pictures.example/1.png", "the picture");
    },
  },
  {
    name: "watch: a task that failed is its last state, and no error",
    async run(world) {
      for (const scenario of ["create-failed", "generate-failed"]) {
        const seen = await all(world.api.watchTask(fresh(scenario), reaching(world)));
        is(seen.length, 1, "states");
        ok(seen[0]?.status === "CREATE_TASK_FAILED" || seen[0]?.status === "GENERATE_FAILED", `status ${seen[0]?.status}`);
      }
    },
  },
  {
    name: "watch: what ends a wait is thrown, and then it is over",
    async run(world) {
      const watching = world.api.watchTask(fresh("http-401"), reaching(world));
      await failure(world, watching.next(), { kind: "unauthorized", attempts: 1 });
      same(await watching.next(), { value: undefined, done: true }, "after the error");
      await failure(world, all(world.api.watchTask("", reaching(world))), { ...UNSENT, taskId: "" });
      const seen = /** @type {TaskDetails[]} */ ([]);
      const late = (async () => {
        for await (const details of world.api.watchTask(fresh("pending"), reaching(world, { timeoutMs: 900 }))) seen.push(details);
      })();
      await failure(world, late, { kind: "timed-out", handle: "fresh" });
      is(seen.length, 1, "states before it");
    },
  },
  {
    name: "watch: nothing happens before the first state is asked for, nor between two",
    async run(world) {
      const own = answering(record());
      const watching = world.api.watchTask("t", reaching(world, { fetch: own, pace: /** @type {const} */ ("eager") }));
      await pause(100);
      is(own.requests.length, 0, "requests");
      await watching.next();
      await pause(8_000);
      is(own.requests.length, 1, "requests while nobody asks");
      await watching.return?.();
    },
  },
  {
    name: "watch: leaving the loop ends it",
    async run(world) {
      const taskId = fresh("pending");
      const counted = countingSignal();
      for await (const { status } of world.api.watchTask(taskId, reaching(world, { signal: counted.signal }))) {
        is(status, "GENERATING", "status");
        break;
      }
      is(counted.listeners(), 0, "listeners left on the signal");
      await pause(300);
      is((await world.log(taskId)).looks.length, 1, "requests");
    },
  },
  {
    name: "watch: leaving while a state is awaited ends it at once, the request with it",
    async run(world) {
      for (const scenario of ["silent", "script.http-502.silent"]) {
        const taskId = fresh(scenario);
        const watching = world.api.watchTask(taskId, reaching(world));
        const next = watching.next();
        await until("the request is there", async () => (await world.log(taskId)).inFlight === 1);
        const began = Date.now();
        same(await watching.return?.(), { value: undefined, done: true }, "what leaving brings");
        same(await next, { value: undefined, done: true }, "what was awaited");
        ok(Date.now() - began <= LATE_MS, `it took ${Date.now() - began} ms`);
        await until("the request is still under way", async () => (await world.log(taskId)).inFlight === 0);
      }
    },
  },
  {
    name: "watch: an abort is thrown as it is, during a state and between two",
    async run(world) {
      const controller = new AbortController();
      const watching = world.api.watchTask(fresh("pending"), reaching(world, { signal: controller.signal }));
      await watching.next();
      const next = watching.next();
      setTimeout(() => controller.abort("enough"), 200);
      is(await rejection(next), "enough", "the reason");
      const other = new AbortController();
      const idle = world.api.watchTask(fresh("pending"), reaching(world, { signal: other.signal }));
      await idle.next();
      other.abort("later");
      is(await rejection(idle.next()), "later", "the reason");
    },
  },
  {
    name: "watch: states that are asked for all at once come in order",
    async run(world) {
      const watching = world.api.watchTask("t", reaching(world, quick({}, { successFlag: 9 }, { successFlag: 1 })));
      const asked = await Promise.all([watching.next(), watching.next(), watching.next(), watching.next()]);
      same(asked.map(({ value, done }) => (done ? "end" : value.successFlag)), [0, 9, 1, "end"], "what came");
      is(watching[Symbol.asyncIterator](), watching, "it is its own iterator");
    },
  },
  {
    name: "watch: a handle, progress and a client go with it",
    async run(world) {
      const shared = world.api.createClient(reaching(world));
      const startedAt = Date.now() - 60_000;
      /** @type {import("../../pkg/index.js").Progress[]} */
      const shown = [];
      const taskId = fresh("script.http-502.success");
      const handle = /** @type {const} */ ({ v: 1, taskId, startedAt, deadlineAt: startedAt + 100_000 });
      const [seen, waited] = await Promise.all([
        all(shared.watchTask(handle, { onProgress: (progress) => void shown.push(progress) })),
        shared.waitForTask(taskId),
      ]);
      same(seen.map(({ status }) => status), ["SUCCESS"], "states");
      is(waited.status, "SUCCESS", "the wait beside it");
      is(shown.length, 2, "looks shown");
      same(shown[0]?.handle, handle, "the handle");
      between(Number(shown[0]?.elapsedMs), 60_000, 62_000, "elapsedMs");
      is((await world.log(taskId)).looks.length, 2, "requests");
    },
  },
];
