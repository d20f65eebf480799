// @ts-check
/** createClient: what its calls share, and what each keeps for itself. */

import { between, is, ok, rejection, same } from "./check.mjs";
import { LATE_MS, UNSENT, answering, askedFor, failure, fresh, reaching, record, settlesAt, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("../../pkg/index.js").TaskHandle} TaskHandle */

/** When each request of a caller's own fetch came, in ms from the first. @param {number[]} times */
const fromFirst = (times) => times.map((time) => time - Number(times[0]));

/** A fetch that writes down when it is called. @param {(request: Request) => Promise<Response> | Response} answer */
function timed(answer) {
  /** @type {number[]} */
  const times = [];
  /** @param {string} input @param {RequestInit} init */
  const fetch = async (input, init) => {
    times.push(performance.now());
    return answer(new Request(input, init));
  };
  return Object.assign(fetch, { times });
}

/** @type {Behaviour[]} */
export const client = [
  {
    name: "client: shares its settings and keeps no others",
    async run(world) {
      const shared = world.api.createClient(reaching(world));
      same(Object.keys(shared).sort(), ["getTaskDetails", "waitForTask", "watchTask"], "its members");
      const { getTaskDetails, waitForTask } = shared;
      is((await getTaskDetails(fresh("pending"))).status, "GENERATING", "a look");
      is((await waitForTask(fresh("success"))).status, "SUCCESS", "a wait");
      const controller = new AbortController();
      controller.abort("enough");
      is(await rejection(getTaskDetails(fresh("success"), { signal: controller.signal })), "enough", "the reason");
      const error = await failure(world, waitForTask(fresh("pending"), { timeoutMs: 900 }), { kind: "timed-out" });
      is((await waitForTask({ .../** @type {TaskHandle} */ (error.handle), taskId: fresh("success") })).status, "SUCCESS", "a resumed wait");
    },
  },
  {
    name: "client: what is wrong with its settings is told by each call",
    async run(world) {
      for (const wrong of [{ requestTimeoutMs: -1 }, { maxRequestsPerSecond: 0 }, { maxRequestsPerSecond: "5" }, { baseUrl: "ftp://x" }, "text"]) {
        const shared = world.api.createClient(/** @type {any} */ (typeof wrong === "string" ? wrong : reaching(world, wrong)));
        await failure(world, shared.getTaskDetails("t"), { ...UNSENT, taskId: "t" });
        await failure(world, shared.waitForTask("t"), { ...UNSENT, taskId: "t" });
        await failure(world, shared.watchTask("t").next(), { ...UNSENT, taskId: "t" });
      }
    },
  },
  {
    name: "client: however many wait for a task, it is looked at once for all",
    async run(world) {
      const taskId = fresh("success-5s");
      const shared = world.api.createClient(reaching(world));
      /** @type {number[]} */
      const attempts = [];
      const waits = Array.from({ length: 20 }, () => shared.waitForTask(taskId, { pace: "eager", onProgress: ({ attempt }) => void attempts.push(attempt) }));
      const done = await Promise.all(waits);
      ok(done.every(({ status }) => status === "SUCCESS"), "all succeed");
      const log = await world.log(taskId);
      between(log.looks.length, 2, 3, "requests");
      is(log.maxInFlight, 1, "requests at once");
      is(attempts.length, 20 * log.looks.length, "each is shown each look");
    },
  },
  {
    name: "client: who comes later to a task knows what is known, without a request of its own",
    async run(world) {
      const own = answering(record(), record(), success());
      const shared = world.api.createClient(reaching(world, { fetch: own }));
      const first = shared.waitForTask("t", { pace: "eager" });
      /** @type {import("../../pkg/index.js").Progress[]} */
      const shown = [];
      await new Promise((resolve) => setTimeout(resolve, 500));
      const second = shared.waitForTask("t", { pace: "eager", onProgress: (progress) => void shown.push(progress) });
      await new Promise((resolve) => setTimeout(resolve, 300));
      is(own.requests.length, 1, "requests");
      is(shown[0]?.details?.status, "GENERATING", "what it was shown at once");
      await Promise.all([first, second]);
      is(own.requests.length, 3, "requests in all");
    },
  },
  {
    name: "client: each wait has a deadline and a signal of its own",
    async run(world) {
      const taskId = fresh("success-5s");
      const shared = world.api.createClient(reaching(world));
      const controller = new AbortController();
      const short = shared.waitForTask(taskId, { timeoutMs: 1_500, pace: "eager" });
      const left = shared.waitForTask(taskId, { signal: controller.signal, pace: "eager" });
      const stayed = shared.waitForTask(taskId, { pace: "eager" });
      setTimeout(() => controller.abort("left"), 400);
      const timed = settlesAt(short, 1_500);
      is(await rejection(left), "left", "the reason");
      await failure(world, short, { kind: "timed-out", handle: "fresh" });
      await timed;
      is((await stayed).status, "SUCCESS", "the one that stayed");
      between((await world.log(taskId)).looks.length, 2, 4, "requests");
    },
  },
  {
    name: "client: the abort of the wait whose request is under way leaves that to the others",
    async run(world) {
      const taskId = fresh("slow-1s");
      const shared = world.api.createClient(reaching(world));
      const controller = new AbortController();
      const left = shared.waitForTask(taskId, { signal: controller.signal });
      const stayed = shared.waitForTask(taskId);
      const began = Date.now();
      setTimeout(() => controller.abort("left"), 400);
      is(await rejection(left), "left", "the reason");
      is((await stayed).status, "SUCCESS", "the one that stayed");
      between(Date.now() - began, 0, 4_000, "ms");
      // In Workers a request belongs to whoever made it, and the other one has to make its own.
      is((await world.log(taskId)).looks.length, world.engine === "workerd" ? 2 : 1, "requests");
    },
  },
  {
    name: "client: waits that end before the reply comes do not keep a longer one from it",
    notIn: { workerd: "a request belongs to whoever made it" },
    async run(world) {
      const taskId = fresh("slow-2s");
      const shared = world.api.createClient(reaching(world));
      const short = () => rejection(shared.waitForTask(taskId, { timeoutMs: 500 }));
      const first = short();
      const long = shared.waitForTask(taskId);
      await first;
      await short();
      await short();
      is((await long).status, "SUCCESS", "the long one");
      is((await world.log(taskId)).looks.length, 1, "requests");
    },
  },
  {
    name: "client: whoever is behind one that leaves comes forward",
    notIn: { workerd: "nobody may be woken up for another: it comes when it was told" },
    async run(world) {
      const shared = world.api.createClient(reaching(world, { maxRequestsPerSecond: 2 }));
      const controller = new AbortController();
      const many = Array.from({ length: 60 }, () => rejection(shared.waitForTask(fresh("pending"), { signal: controller.signal })));
      const began = Date.now();
      const last = shared.waitForTask(fresh("success"));
      setTimeout(() => controller.abort("left"), 50);
      await Promise.all(many);
      is((await last).status, "SUCCESS", "the last one");
      between(Date.now() - began, 0, 3_000, "ms");
    },
  },
  {
    name: "client: a single look does not wait for all who wait",
    async run(world) {
      const shared = world.api.createClient(reaching(world, { maxRequestsPerSecond: 5 }));
      const controller = new AbortController();
      const many = Array.from({ length: 100 }, () => rejection(shared.waitForTask(fresh("pending"), { signal: controller.signal })));
      const began = Date.now();
      is((await shared.getTaskDetails(fresh("pending"))).status, "GENERATING", "the look");
      between(Date.now() - began, 0, 2_000, "ms");
      controller.abort("enough");
      await Promise.all(many);
    },
  },
  {
    name: "client: a look that is under way serves who asks meanwhile",
    async run(world) {
      const taskId = fresh("slow-1s");
      const shared = world.api.createClient(reaching(world));
      const looks = await Promise.all([1, 2, 3].map(() => shared.getTaskDetails(taskId)));
      is(looks.length, 3, "answers");
      const log = await world.log(taskId);
      is(log.looks.length, 1, "requests");
    },
  },
  {
    name: "client: single looks are not slowed down but by the budget",
    async run(world) {
      const own = timed(() => Response.json(record()));
      const shared = world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: 20 }));
      for (let n = 0; n < 4; n += 1) await shared.getTaskDetails("t");
      is(own.times.length, 4, "requests");
      between(Number(fromFirst(own.times).at(-1)), 140, 700, "ms for four looks, 50 ms apart");
    },
  },
  {
    name: "client: turns that are given up are the next one's",
    async run(world) {
      const own = timed(() => Response.json(success()));
      const shared = world.api.createClient(reaching(world, { fetch: own }));
      const controller = new AbortController();
      const many = Array.from({ length: 40 }, (_, n) => shared.waitForTask(`left${n}`, { signal: controller.signal }).catch(() => {}));
      const last = shared.waitForTask("last");
      setTimeout(() => controller.abort("enough"), 300);
      const began = performance.now();
      await last;
      between(performance.now() - began, 0, 1_500, "ms until its look, which forty others stood before");
      await Promise.all(many);
    },
  },
  {
    name: "client: no more requests than its budget in any second, for many tasks",
    alone: true,
    async run(world) {
      const own = timed(() => Response.json(success()));
      const shared = world.api.createClient(reaching(world, { fetch: own }));
      await Promise.all(Array.from({ length: 12 }, (_, n) => shared.waitForTask(`t${n}`)));
      const times = fromFirst(own.times);
      is(times.length, 12, "requests");
      for (const [index, time] of times.entries()) {
        // Browsers make their clocks coarse.
        between(times.filter((other) => other >= time && other < time + 995).length, 1, 5, `requests in the second from the ${index}th`);
      }
      between(Number(times.at(-1)), 2_150, 4_000, "ms for twelve, five in a second");
    },
  },
  {
    name: "client: requests that a key was awaited for leave within the budget too",
    alone: true,
    async run(world) {
      const own = timed(() => Response.json(success()));
      const key = new Promise((resolve) => setTimeout(resolve, 1_500, "the-key"));
      const shared = world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: 10, apiKey: () => key, dangerouslyAllowBrowser: true }));
      await Promise.all(Array.from({ length: 12 }, () => shared.waitForTask(fresh("success"))));
      is(own.times.length, 12, "requests");
      // Timers of one browser or another fire a little early.
      for (const [n, time] of fromFirst(own.times).entries()) between(time, n * 100 - 10, n * 100 + 1_500, `ms until request ${n}`);
    },
  },
  {
    name: "client: told to wait while others await their key, those leave neither",
    async run(world) {
      const own = timed(() => Response.json({ code: 429, msg: "slow down", data: null }, { status: 429, headers: { "Retry-After": "60" } }));
      const key = new Promise((resolve) => setTimeout(resolve, 1_500, "the-key"));
      const shared = world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: 10, apiKey: () => key, dangerouslyAllowBrowser: true }));
      await Promise.all(Array.from({ length: 10 }, () => rejection(shared.waitForTask(fresh("pending"), { signal: AbortSignal.timeout(4_000) }))));
      is(own.times.length, 1, "requests");
    },
  },
  {
    name: "client: a wait that is given up and begun again looks no more often",
    async run(world) {
      const own = timed(() => new Promise(() => {}));
      const shared = world.api.createClient(reaching(world, { fetch: own }));
      for (let n = 0; n < 12; n += 1) await rejection(shared.waitForTask("t", { signal: AbortSignal.timeout(150) }));
      between(own.times.length, 2, 4, "requests in two seconds");
    },
  },
  {
    name: "client: new tasks get their turn among old ones, and old ones among new",
    async run(world) {
      /** @type {string[]} */
      const asked = [];
      const own = timed((request) => {
        asked.push(String(new URL(request.url).searchParams.get("taskId")));
        return new Response(null, { status: 502 });
      });
      const shared = world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: 10 }));
      const controller = new AbortController();
      const wait = (/** @type {string} */ id) => shared.waitForTask(id, { signal: controller.signal }).catch(() => {});
      const waits = Array.from({ length: 8 }, (_, n) => wait(`old${n}`));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const before = asked.length;
      waits.push(...Array.from({ length: 8 }, (_, n) => wait(`new${n}`)));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      controller.abort();
      await Promise.all(waits);
      const after = asked.slice(before);
      is(new Set(after.filter((id) => id.startsWith("new"))).size, 8, "new tasks that were looked at");
      ok(new Set(after.filter((id) => id.startsWith("old"))).size >= 6, `old tasks went on: ${after}`);
    },
  },
  {
    name: "client: told to wait about one task, it leaves all alone until then",
    async run(world) {
      for (const { status, code } of [{ status: 429, code: 429 }, { status: 200, code: 429 }, { status: 200, code: 455 }]) {
        let limited = false;
        const own = timed((request) => {
          if (limited || !request.url.includes("limited")) return Response.json(success());
          limited = true;
          return new Response(JSON.stringify({ code, msg: "slower", data: null }), { status, headers: { "Retry-After": "2" } });
        });
        const shared = world.api.createClient(reaching(world, { fetch: own }));
        const first = shared.waitForTask("limited");
        await new Promise((resolve) => setTimeout(resolve, 300));
        const others = [shared.waitForTask("a"), shared.getTaskDetails("b"), first];
        await Promise.all(others);
        const times = fromFirst(own.times);
        is(times.length, 4, "requests");
        ok(Number(times[1]) >= 1_990, `${code}: the next request came after ${times[1]} ms`);
      }
    },
  },
  {
    name: "client: two clients share nothing",
    async run(world) {
      const own = timed(() => Response.json(success()));
      const clients = [1, 2, 3].map(() => world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: 1 })));
      await Promise.all(clients.map((shared) => shared.waitForTask("t")));
      between(Number(fromFirst(own.times).at(-1)), 0, LATE_MS, "ms for one request of each");
    },
  },
  {
    name: "client: learns from the tasks that it sees how long they take",
    async run(world) {
      const at = (/** @type {number} */ ms) => new Date(ms).toISOString();
      const own = answering((/** @type {Request} */ request) => {
        const now = Date.now();
        const taskId = askedFor(request);
        return taskId === "running" ? record({ createTime: at(now) }) : success({ taskId, createTime: at(now - 3_000), completeTime: at(now) });
      });
      const shared = world.api.createClient(reaching(world, { fetch: own, maxRequestsPerSecond: Infinity }));
      const nextLook = async () => {
        const controller = new AbortController();
        let ms = 0;
        const onProgress = (/** @type {import("../../pkg/index.js").Progress} */ { nextLookInMs }) => {
          ms = Number(nextLookInMs);
          controller.abort();
        };
        await rejection(shared.waitForTask("running", { signal: controller.signal, onProgress }));
        return ms;
      };
      const before = await nextLook();
      for (let n = 0; n < 30; n += 1) await shared.getTaskDetails(`finished${n}`);
      const after = await nextLook();
      ok(before > 6_000 && after < 4_000, `the first pause was ${before} ms, and ${after} ms after thirty tasks of 3 s`);
    },
  },
];
