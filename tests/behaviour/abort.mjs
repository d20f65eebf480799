// @ts-check
/** The caller's signal: at each await the call ends at once, with the very reason, and nothing is sent or left behind. */

import { is, ok, pause, rejection, until } from "./check.mjs";
import { NEXT_LOOK_MS, LATE_MS, answering, countingSignal, fresh, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */
/** @typedef {{ abort: () => void, later: (ms: number) => void }} Hand */

const endless = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"code":')) }));

/** Where the abort strikes: `looks` is how many requests the simulator may have seen.
 *  @type {[where: string, scenario: string, looks: number, options: (hand: Hand, world: World) => object, waitsOnly?: true][]} */
const PLACES = [
  ["before the call", "success", 0, ({ abort }) => (abort(), {})],
  ["in the turn of the call", "success", 0, ({ later }) => (later(0), { apiKey: () => pause(30).then(() => "k") })],
  ["in the apiKey function", "success", 0, ({ abort }) => ({ apiKey: () => (abort(), "k") })],
  ["while the apiKey function is pending", "success", 0, ({ later }) => ({ apiKey: () => (later(30), pause(400).then(() => "k")) })],
  ["right after the apiKey function gave the key", "success", 0, ({ abort }) => ({ apiKey: () => new Promise((give) => void setTimeout(() => (give("k"), abort()), 10)) })],
  ["while the request is under way", "silent", 1, ({ later }) => (later(250), {})],
  ["while the body drips", "drip-100ms", 1, ({ later }) => (later(350), {})],
  ["while the body never ends", "drip-endless", 1, ({ later }) => (later(350), {})],
  ["in an own fetch", "success", 0, ({ abort }) => ({ fetch: () => (abort(), Promise.resolve(Response.json(success()))) })],
  ["while an own fetch is pending that knows no signal", "success", 0, ({ later }) => (later(50), { fetch: () => new Promise(() => {}) })],
  ["while an own fetch's body never ends", "success", 0, ({ later }) => (later(50), { fetch: answering(endless) })],
  ["in the pause before the next look", "pending", 1, ({ later }) => ({ onProgress: () => later(30) }), true],
  ["in the pause after a failure", "http-502", 1, ({ later }) => ({ onProgress: () => later(30) }), true],
  ["in onProgress", "pending", 1, ({ abort }) => ({ onProgress: abort }), true],
  ["in onProgress after a failure", "http-502", 1, ({ abort }) => ({ onProgress: abort }), true],
  ["in the second request", "script.http-502.silent", 2, ({ later }) => ({ onProgress: () => later(2_000) }), true],
];

/** @type {Behaviour} */
const many = {
  name: "abort: one listener on a signal ends any number of calls",
  async run(world) {
    const counted = countingSignal();
    const calls = Array.from({ length: 20 }, () => rejection(world.api.waitForTask(fresh("pending"), reaching(world, { signal: counted.signal }))));
    await pause(500);
    is(counted.listeners(), 1, "listeners");
    counted.abort("enough");
    for (const call of calls) is(await call, "enough", "the reason");
    is(counted.mostListeners(), 1, "listeners at once");
    is(counted.listeners(), 0, "listeners left on the signal");
  },
};

/** @type {Behaviour} */
const odd = {
  name: "abort: a signal whose getters throw is none that has aborted, and ends no call with a trap",
  async run(world) {
    const signal = {
      get aborted() {
        if (this.asked++ > 0) throw new Error("no");
        return false;
      },
      asked: 0,
      addEventListener() {},
      removeEventListener() {},
    };
    const task = await world.api.waitForTask(fresh("success"), reaching(world, { signal: /** @type {any} */ (signal) }));
    is(task.status, "SUCCESS", "the wait");
  },
};

/** @type {Behaviour[]} */
const places = PLACES.flatMap(([where, scenario, looks, options, waitsOnly]) =>
  (waitsOnly ? /** @type {const} */ (["waitForTask"]) : /** @type {const} */ (["getTaskDetails", "waitForTask"])).map((call) => ({
    name: `abort: ${call}, ${where}`,
    async run(world) {
      const taskId = fresh(scenario);
      const reason = { why: "the user left" };
      const counted = countingSignal();
      let at = 0;
      const abort = () => {
        at ||= Date.now();
        counted.abort(reason);
      };
      const hand = { abort, later: (/** @type {number} */ ms) => void setTimeout(abort, ms) };
      const promise = world.api[call](taskId, { ...reaching(world), signal: counted.signal, pace: "eager", ...options(hand, world) });
      is(await rejection(promise), reason, "the rejection");
      ok(Date.now() - at <= LATE_MS, `it took ${Date.now() - at} ms`);
      is(counted.listeners(), 0, "listeners left on the signal");
      ok(counted.mostListeners() <= 1, `${counted.mostListeners()} listeners at once`);
      if (looks > 0) await until("the request is still under way", async () => (await world.log(taskId)).inFlight === 0);
      if (call === "waitForTask") await pause(NEXT_LOOK_MS);
      const log = await world.log(taskId);
      is(log.looks.length, looks, "requests");
      if (["silent", "drip-100ms", "drip-endless"].includes(scenario)) is(log.looks[0]?.ended, "client-left", "the end of the request");
    },
  })),
);

/** @type {Behaviour[]} */
export const abort = [
  many,
  odd,
  ...places,
  {
    name: "abort: the engine's own reasons arrive as they are",
    async run(world) {
      for (const make of [
        () => AbortSignal.abort(),
        () => AbortSignal.abort(new TypeError("mine")),
        () => AbortSignal.abort("text"),
        () => AbortSignal.timeout(150),
        () => AbortSignal.any([AbortSignal.timeout(150)]),
      ]) {
        const signal = make();
        is(await rejection(world.api.waitForTask(fresh("pending"), reaching(world, { signal }))), signal.reason, "the rejection");
        ok(signal.reason !== undefined, "a reason");
      }
    },
  },
  {
    name: "abort: a signal that is never used is left as it was, whatever the end",
    async run(world) {
      for (const scenario of ["success", "script.pending.success", "create-failed", "http-401", "script.reset.success"]) {
        const counted = countingSignal();
        await world.api.waitForTask(fresh(scenario), reaching(world, { signal: counted.signal })).catch(() => {});
        is(counted.listeners(), 0, `listeners left after ${scenario}`);
        ok(counted.mostListeners() >= 1, "it was listened to");
      }
    },
  },
  {
    name: "abort: what onProgress throws comes before its own abort",
    async run(world) {
      const controller = new AbortController();
      const thrown = new Error("mine");
      const onProgress = () => {
        controller.abort("other");
        throw thrown;
      };
      const ended = await rejection(world.api.waitForTask("t", { ...reaching(world), signal: controller.signal, onProgress, fetch: answering(record()) }));
      ok(ended === thrown || ended === "other", `rejected with ${ended}`);
    },
  },
  {
    name: "abort: what an own fetch answers after that is not read",
    async run(world) {
      const controller = new AbortController();
      let given = false;
      let read = false;
      let cancelled = false;
      const body = new ReadableStream({ pull: () => (read = true, new Promise(() => {})), cancel: () => void (cancelled = true) }, { highWaterMark: 0 });
      const fetch = () => pause(200).then(() => ((given = true), new Response(body)));
      const ended = rejection(world.api.waitForTask(fresh("own"), { ...reaching(world), signal: controller.signal, fetch }));
      await pause(50);
      controller.abort("enough");
      is(await ended, "enough", "the reason");
      await until("the late reply", () => given && cancelled);
      ok(!read, "it was read");
    },
  },
  {
    name: "abort: one of many waits for the same task leaves the others alone",
    async run(world) {
      const taskId = fresh("success-1s");
      const controller = new AbortController();
      const left = world.api.waitForTask(taskId, reaching(world, { signal: controller.signal }));
      const stayed = world.api.waitForTask(taskId, reaching(world));
      setTimeout(() => controller.abort("left"), 200);
      is(await rejection(left), "left", "the rejection");
      is((await stayed).status, "SUCCESS", "the other's status");
    },
  },
];
