// @ts-check
/** The package's own waits over a gateway that pushes: one request and then the stream, and polling where that breaks. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { logOf } from "../behaviour/all.mjs";
import * as api from "../../pkg/index.js";
import { startSimulator } from "../processes.mjs";
import { acceptOf, noting } from "./push-fetch.mjs";
import { startPush, until } from "./push-place.mjs";

const BOUND = { timeout: 60_000 };

let number = 0;
/** @param {string} what */
const fresh = (what) => `${what}--push-client-${(number += 1)}`;

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {Awaited<ReturnType<typeof startPush>>} */
let place;
let home = "";
let away = "";

before(async () => {
  simulator = await startSimulator();
  place = await startPush({ simulator, flags: ["enable_request_signal"] });
  [home, away] = place.urls;
}, BOUND);
after(() => Promise.all([place?.stop(), simulator?.stop()]), BOUND);

describe("waits over a gateway that pushes", { timeout: 300_000 }, () => {
  /** @param {string} id */
  const looks = async (id) => (await logOf(simulator.url)(id)).looks;

  it("take one request, and are told of each state", BOUND, async () => {
    const { requests, fetch } = noting();
    const states = [];
    for await (const { status } of api.watchTask(fresh("script.pending*2.flag-99*1.success"), { baseUrl: home, fetch })) states.push(status);
    assert.deepEqual(states, ["GENERATING", "UNKNOWN", "SUCCESS"]);
    assert.deepEqual(requests.map(({ streams }) => streams), [true]);
    assert.equal(requests[0]?.accept, "application/json, text/event-stream");
  });

  it("end with the task's failure, with its own error", BOUND, async () => {
    const { requests, fetch } = noting();
    const error = await api.waitForTask(fresh("generate-failed"), { baseUrl: home, fetch }).catch((thrown) => thrown);
    assert.equal(error.kind, "task-failed");
    assert.equal(requests.length, 1);
  });

  it("cost one look upstream for all of them, on two Workers", BOUND, async () => {
    const id = fresh("script.pending*3.success");
    const waits = [home, away, home, away].map((baseUrl) => api.waitForTask(id, { baseUrl }));
    for (const { status } of await Promise.all(waits)) assert.equal(status, "SUCCESS");
    assert.equal((await looks(id)).length, 4);
  });

  it("share a stream where they share a client, and a single look beside them has its answer at once", BOUND, async () => {
    const { requests, fetch } = noting();
    const id = fresh("script.pending*4.success");
    const client = api.createClient({ baseUrl: home, fetch });
    const waits = [1, 2, 3].map(() => client.waitForTask(id));
    await until(() => requests[0]?.streams === true, 5_000);
    await pause(500);
    const began = performance.now();
    assert.equal((await client.getTaskDetails(id)).status, "GENERATING");
    assert.ok(performance.now() - began < 200, `${performance.now() - began} ms for what the stream has told`);
    for (const { status } of await Promise.all(waits)) assert.equal(status, "SUCCESS");
    assert.equal(requests.length, 1);
  });

  it("are told of one attempt, however much a stream says", BOUND, async () => {
    /** @type {number[]} */
    const attempts = [];
    await api.waitForTask(fresh("script.pending*3.success"), { baseUrl: home, onProgress: ({ attempt }) => attempts.push(attempt) });
    assert.ok(attempts.length >= 2 && attempts.every((attempt) => attempt === 1), String(attempts));
  });

  it("let go of the stream while their caller is busy with a state, and go on when he comes back", BOUND, async () => {
    const { requests, fetch } = noting();
    const id = fresh("pending");
    const watch = api.watchTask(id, { baseUrl: home, fetch });
    assert.equal((await watch.next()).value?.status, "GENERATING");
    await until(() => requests[0]?.signal.aborted === true, 12_000);
    // With the next heartbeat the object is told as well, and looks no more.
    await pause(6_000);
    const before = (await looks(id)).length;
    await pause(6_000);
    assert.equal((await looks(id)).length, before);
    const next = watch.next();
    await until(() => requests[1]?.streams === true, 1_000);
    await watch.return?.();
    assert.equal((await next).done, true);
    assert.equal(requests.length, 2);
  });

  it("leave the stream when they are aborted", BOUND, async () => {
    const { requests, fetch } = noting();
    const controller = new AbortController();
    const id = fresh("pending");
    const wait = api.waitForTask(id, { baseUrl: home, fetch, signal: controller.signal, onProgress: () => controller.abort("enough") });
    assert.equal(await wait.catch((reason) => reason), "enough");
    await until(() => requests[0]?.signal.aborted === true, 1_000);
    assert.equal(requests.length, 1);
    // With the next heartbeat the object is told as well, and looks no more.
    await pause(6_000);
    const before = (await looks(id)).length;
    await pause(8_000);
    assert.equal((await looks(id)).length, before);
  });

  it("end at their deadline, whatever the stream says", BOUND, async () => {
    const began = performance.now();
    const error = await api.waitForTask(fresh("pending"), { baseUrl: home, timeoutMs: 3_000 }).catch((thrown) => thrown);
    assert.equal(error.kind, "timed-out");
    assert.equal(error.details?.status, "GENERATING");
    const took = performance.now() - began;
    assert.ok(took > 2_980 && took < 3_300, `${took} ms`);
  });

  it("do not ask for a stream with a key, nor for a single look", BOUND, async () => {
    const { requests, fetch } = noting();
    await api.getTaskDetails(fresh("success"), { baseUrl: home, fetch });
    await api.waitForTask(fresh("success"), { baseUrl: home, fetch, apiKey: "whoever" });
    assert.deepEqual(requests.map(({ accept }) => accept), ["application/json", "application/json"]);
  });
});

describe("many waits over a gateway that pushes", BOUND, () => {
  it("take four streams at a time, and the next poll", BOUND, async () => {
    const { requests, fetch } = noting();
    const controller = new AbortController();
    const wait = () => api.waitForTask(fresh("pending"), { baseUrl: away, fetch, signal: controller.signal }).catch((reason) => reason);
    const waits = [];
    for (let index = 0; index < 6; index += 1) {
      waits.push(wait());
      await until(() => requests.length > index, 5_000);
      await pause(300);
    }
    assert.deepEqual(requests.map(({ streams }) => streams), [true, true, true, true, false, false]);
    controller.abort("enough");
    for (const reason of await Promise.all(waits)) assert.equal(reason, "enough");
  });

  it("take no more than four where all begin at once, and the places of those that have ended are free", BOUND, async () => {
    let streams = 0;
    /** @param {string} _input @param {RequestInit} init */
    const late = async (_input, init) => {
      if (acceptOf(init)?.includes("text/event-stream")) streams += 1;
      // It answers whatever has become of the request.
      await pause(300);
      return new Response(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } });
    };
    const client = api.createClient({ baseUrl: away, fetch: late, maxRequestsPerSecond: Infinity });
    for (let round = 1; round <= 3; round += 1) {
      const controller = new AbortController();
      const waits = Array.from({ length: 12 }, () => client.waitForTask(fresh("pending"), { signal: controller.signal }).catch((reason) => reason));
      await pause(100);
      assert.equal(streams, 4 * round);
      controller.abort("enough");
      for (const reason of await Promise.all(waits)) assert.equal(reason, "enough");
      await pause(400);
    }
  });
});
