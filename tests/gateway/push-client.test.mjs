// @ts-check
/** The package's own waits over a gateway that pushes: one request and then the stream, and polling where that breaks. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { logOf } from "../behaviour/all.mjs";
import * as api from "../../pkg/index.js";
import { startSimulator } from "../processes.mjs";
import { startPush, until } from "./push-place.mjs";

const BOUND = { timeout: 60_000 };

let number = 0;
/** @param {string} what */
const fresh = (what) => `${what}--push-client-${(number += 1)}`;

/**
 * The global fetch, which writes down what it was asked for and what came, and may meddle with that.
 * @param {(reply: Response, index: number) => Response} [meddle]
 */
function noting(meddle = (reply) => reply) {
  /** @type {{ accept: string | null, streams: boolean, signal: AbortSignal }[]} */
  const requests = [];
  /** @param {Request} request */
  const own = async (request) => {
    const noted = { accept: request.headers.get("Accept"), streams: false, signal: request.signal };
    const index = requests.push(noted) - 1;
    const reply = await fetch(request);
    noted.streams = reply.headers.get("Content-Type") === "text/event-stream";
    return meddle(reply, index);
  };
  return { requests, fetch: own };
}

/** Lets so many chunks through and then breaks. @param {Response} reply @param {number} chunks */
function broken(reply, chunks) {
  let left = chunks;
  const cut = new TransformStream({
    transform(chunk, controller) {
      if (left === 0) return controller.error(new Error("the line broke"));
      left -= 1;
      controller.enqueue(chunk);
    },
  });
  return new Response(reply.body?.pipeThrough(cut) ?? null, reply);
}

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

describe("waits over a gateway that pushes", { timeout: 200_000, concurrency: 8 }, () => {
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

  it("go on by polling when the stream breaks, and nobody is told of a failure", BOUND, async () => {
    const { requests, fetch } = noting((reply, index) => (index === 0 ? broken(reply, 1) : reply));
    /** @type {unknown[]} */
    const problems = [];
    const task = await api.waitForTask(fresh("script.pending*2.success"), { baseUrl: home, fetch, onProgress: ({ problem }) => problems.push(problem) });
    assert.equal(task.status, "SUCCESS");
    assert.ok(requests.length >= 2, `${requests.length} requests`);
    assert.ok(problems.length >= 2 && problems.every((problem) => problem === null), String(problems));
  });

  it("ride out a stream that says nothing at all before it breaks", BOUND, async () => {
    const { requests, fetch } = noting((reply, index) => (index === 0 ? broken(reply, 0) : reply));
    assert.equal((await api.waitForTask(fresh("success"), { baseUrl: home, fetch })).status, "SUCCESS");
    assert.equal(requests.length, 2);
  });

  it("take events as any server writes them: cut anywhere, with other fields, over several lines, with other ends of lines", BOUND, async () => {
    const end = { code: 200, msg: "success", data: { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };
    const lines = ["event: state", "id: 7", ...JSON.stringify(end, null, 1).split("\n").map((line) => `data: ${line}`)];
    for (const [feed, piece] of /** @type {const} */ ([["\n", 1], ["\r\n", 3], ["\r\n", 10_000]])) {
      const text = [": begun", "", ...lines, "", ""].join(feed);
      const pieces = Array.from({ length: Math.ceil(text.length / piece) }, (_, index) => text.slice(index * piece, (index + 1) * piece));
      const body = new ReadableStream({ start: (controller) => (pieces.forEach((each) => controller.enqueue(new TextEncoder().encode(each))), controller.close()) });
      const fetch = async () => new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
      const task = await api.waitForTask("t", { baseUrl: home, fetch, timeoutMs: 5_000 });
      assert.equal(task.response.resultImageUrl, "https://pictures.example/1.png");
    }
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
});
