// @ts-check
/** Streams that break, say nothing or say it oddly: a wait goes on by polling, and where none comes at all it asks for no other. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as api from "../../pkg/index.js";
import { startSimulator } from "../processes.mjs";
import { RUNS, acceptOf, eventOf, noting, signalOf, silentAfter, streaming } from "./push-fetch.mjs";
import { startPush, until } from "./push-place.mjs";

const BOUND = { timeout: 60_000 };

let number = 0;
/** @param {string} what */
const fresh = (what) => `${what}--push-broken-${(number += 1)}`;

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

before(async () => {
  simulator = await startSimulator();
  place = await startPush({ simulator, flags: ["enable_request_signal"] });
  [home] = place.urls;
}, BOUND);
after(() => Promise.all([place?.stop(), simulator?.stop()]), BOUND);

// As many at once as there are places for streams.
describe("waits", { timeout: 200_000, concurrency: 4 }, () => {
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
    // What JavaScript takes for ends of lines, and events do not.
    const msg = "success\u2028data: x\u2029y";
    const end = { code: 200, msg, data: { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };
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

  it("take the end that comes at once with something else", BOUND, async () => {
    const ended = JSON.stringify({ code: 200, msg: "success", data: { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } });
    for (const more of ["event: bye\ndata: {}\n\n", 'data: {"code":500,"msg":"gone","data":null}\n\n']) {
      const { requests, fetch } = noting();
      const own = (/** @type {string} */ input, /** @type {RequestInit} */ init) => (requests.length > 0 ? fetch(input, init) : (void requests.push({ accept: "", streams: true, signal: signalOf(init) }), streaming(() => `data: ${ended}\n\n${more}`)()));
      assert.equal((await api.waitForTask("t", { baseUrl: home, fetch: own, timeoutMs: 5_000 })).status, "SUCCESS");
      assert.equal(requests.length, 1);
    }
  });

  /** @type {Record<string, (input: string, init: RequestInit) => Promise<Response>>} */
  const withoutAnEvent = {
    "comes only when it is over": (_input, init) => new Promise((_, reject) => signalOf(init).addEventListener("abort", () => reject(new Error("aborted")))),
    "is empty": streaming(() => ""),
    "has no body": streaming(() => null),
    "breaks at once": streaming(() => new ReadableStream({ start: (controller) => controller.error(new Error("broken")) })),
    "is refused": async () => Response.json({ code: 503, msg: "no streams here" }, { status: 503 }),
    "is reset": async () => Promise.reject(new TypeError("fetch failed")),
    "says nothing but that it lives": streaming(() => ": \n\n: \n\n"),
    "has one line without end": streaming(() => `data: ${"x".repeat(1_500_000)}`),
    "never says anything": streaming(() => new ReadableStream()),
  };
  for (const [what, answer] of Object.entries(withoutAnEvent)) {
    it(`polls where the stream ${what}`, BOUND, async () => {
      const { requests, fetch } = noting();
      /** @param {string} input @param {RequestInit} init */
      const own = (input, init) => {
        if (acceptOf(init) === "application/json") return fetch(input, init);
        requests.push({ accept: "a stream", streams: false, signal: signalOf(init) });
        return answer(input, init);
      };
      const client = api.createClient({ baseUrl: home, fetch: own, requestTimeoutMs: 1_500 });
      /** @type {unknown[]} */
      const problems = [];
      const task = await client.waitForTask(fresh("script.pending*2.success"), { pace: "eager", onProgress: ({ problem }) => problems.push(problem) });
      assert.equal(task.status, "SUCCESS");
      // Of what may be the stream's fault alone nobody hears.
      const seen = new Set(["comes only when it is over", "never says anything", "is refused", "is reset"]).has(what);
      assert.ok(seen || problems.every((problem) => problem === null), String(problems));
      assert.equal((await client.waitForTask(fresh("success"))).status, "SUCCESS");
      const asked = requests.map(({ accept }) => accept);
      // What the API refuses and the network loses says nothing of streams: after each ordinary look but the last there is another try.
      const again = what === "is refused" || what === "is reset";
      const expected = asked.map((_, index) => index === 0 || (again && index % 2 === 0 && index + 1 < asked.length));
      assert.deepEqual(asked, expected.map((stream) => (stream ? "a stream" : "application/json")));
    });
  }

  for (const [what, event] of Object.entries({ junk: "data: {oops\n\n", "a failure": eventOf({ code: 503, msg: "the object is gone" }) })) {
    it(`poll after each stream that tells ${what} alone, and so come to their end`, BOUND, async () => {
      const { requests, fetch } = noting();
      /** @param {string} input @param {RequestInit} init */
      const own = (input, init) => {
        if (acceptOf(init) === "application/json") return fetch(input, init);
        requests.push({ accept: "a stream", streams: true, signal: signalOf(init) });
        return streaming(() => silentAfter(event))();
      };
      assert.equal((await api.waitForTask(fresh("script.pending*1.success"), { baseUrl: home, fetch: own, pace: "eager" })).status, "SUCCESS");
      assert.deepEqual(requests.map(({ streams }) => streams), [true, false, true, false]);
    });
  }

  for (const [what, text] of Object.entries({ "shows that it lives": ": \n\n", "tells what is known": RUNS })) {
    it(`end at their deadline and by their signal, however fast a stream ${what}`, BOUND, async () => {
      const more = new TextEncoder().encode(text);
      const fetch = streaming(() => new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(RUNS)), pull: (controller) => controller.enqueue(more) }));
      const began = performance.now();
      const error = await api.waitForTask("t", { baseUrl: home, fetch, timeoutMs: 2_500 }).catch((thrown) => thrown);
      assert.equal(error.kind, "timed-out");
      const took = performance.now() - began;
      assert.ok(took > 2_450 && took < 3_000, `${took} ms`);
      const signal = AbortSignal.timeout(500);
      assert.equal(await api.waitForTask("t", { baseUrl: home, fetch, signal }).catch((reason) => reason), signal.reason);
    });
  }

  it("let go of a stream that tells the same again and again while their caller is busy", BOUND, async () => {
    let cancelled = false;
    const event = new TextEncoder().encode(RUNS);
    const fetch = streaming(() => new ReadableStream({ pull: async (controller) => (controller.enqueue(event), pause(500)), cancel: () => void (cancelled = true) }));
    const watch = api.watchTask("t", { baseUrl: home, fetch, timeoutMs: 3_000 });
    assert.equal((await watch.next()).value?.status, "GENERATING");
    await until(() => cancelled, 7_000);
    await assert.rejects(watch.next(), { kind: "timed-out" });
  });

  it("ask for a stream again where the first was given up and begun again in one go", BOUND, async () => {
    /** @type {(string | null)[]} */
    const asked = [];
    /** @param {string} input @param {RequestInit} init */
    const own = async (input, init) => {
      asked.push(acceptOf(init));
      return asked.length === 1 ? new Promise(() => {}) : streaming(() => silentAfter(RUNS))();
    };
    const client = api.createClient({ baseUrl: home, fetch: own });
    const [first, second] = [new AbortController(), new AbortController()];
    const given = client.waitForTask("t", { signal: first.signal }).catch((reason) => reason);
    await until(() => asked.length === 1, 1_000);
    first.abort("remounted");
    const wait = client.waitForTask("t", { signal: second.signal }).catch((reason) => reason);
    assert.equal(await given, "remounted");
    await until(() => asked.length === 2, 2_000);
    assert.match(asked[1] ?? "", /event-stream/);
    second.abort("enough");
    assert.equal(await wait, "enough");
  });

  it("know a task's age from a stream that began long ago", BOUND, async () => {
    const began = Date.now();
    const data = { taskId: "t", successFlag: 0, createTime: new Date(began - 10_000).toISOString() };
    const event = new TextEncoder().encode(eventOf({ code: 200, msg: "success", data }));
    const fetch = async () => {
      const body = new ReadableStream({ pull: async (controller) => (controller.enqueue(event), pause(3_000)) });
      return new Response(body, { headers: { "Content-Type": "text/event-stream", Date: new Date(began).toUTCString() } });
    };
    const client = api.createClient({ baseUrl: home, fetch });
    const leaving = new AbortController();
    /** @type {number[]} */
    const first = [];
    const wait = client.waitForTask("t", { signal: leaving.signal, onProgress: ({ estimatedProgress }) => first.push(estimatedProgress) }).catch((reason) => reason);
    await until(() => first.length === 4, 15_000);
    const joined = await new Promise((resolve) => client.waitForTask("t", { signal: leaving.signal, onProgress: ({ estimatedProgress }) => resolve(estimatedProgress) }).catch(() => {}));
    // By the schedule's own distribution a fifth of the tasks end in these ten seconds.
    assert.ok(joined > Number(first[0]) + 0.2 && joined > Number(first[3]) - 0.05, `${joined} beside ${first}`);
    leaving.abort("enough");
    assert.equal(await wait, "enough");
  });

  it("know a stream by its type in capitals, and lines that end in CR alone", BOUND, async () => {
    const end = { code: 200, msg: "success", data: { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };
    const text = `: begun\r\revent: state\rdata: ${JSON.stringify(end)}\r\r`;
    const task = await api.waitForTask("t", { baseUrl: home, fetch: streaming(() => text, "Text/Event-Stream"), timeoutMs: 3_000 });
    assert.equal(task.status, "SUCCESS");
  });

  it("look by the schedule after a failure that a stream has told, and a single look beside them does as well", BOUND, async () => {
    /** @type {AbortSignal[]} */
    const streams = [];
    let asked = 0;
    const { requests, fetch } = noting();
    /** @param {string} input @param {RequestInit} init */
    const own = async (input, init) => {
      if (acceptOf(init) === "application/json" || asked > 0) return fetch(input, init);
      asked += 1;
      streams.push(signalOf(init));
      const chunks = [eventOf({ code: 500, msg: "in trouble" }), ...Array(50).fill(": \n\n")];
      const body = new ReadableStream({ pull: async (controller) => (controller.enqueue(new TextEncoder().encode(chunks.shift())), pause(200)) });
      return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
    };
    const client = api.createClient({ baseUrl: home, fetch: own });
    const id = fresh("script.pending*2.success");
    const wait = client.waitForTask(id);
    await until(() => streams[0]?.aborted === true, 2_000);
    const began = performance.now();
    assert.equal((await client.getTaskDetails(id)).status, "GENERATING");
    assert.ok(performance.now() - began < 1_500, `${performance.now() - began} ms`);
    assert.equal((await wait).status, "SUCCESS");
    assert.ok(requests.length >= 1);
  });

  it("look once more before the deadline, where the stream is silent", BOUND, async () => {
    /** @type {number[]} */
    const times = [];
    const stream = streaming(() => silentAfter(RUNS));
    const fetch = () => (times.push(performance.now()), stream());
    const error = await api.waitForTask("t", { baseUrl: home, fetch, timeoutMs: 5_000 }).catch((thrown) => thrown);
    assert.equal(error.kind, "timed-out");
    assert.equal(times.length, 2);
    const apart = Number(times[1]) - Number(times[0]);
    assert.ok(apart > 3_900 && apart < 4_300, `${apart} ms`);
  });

  it("take a stream for broken that shows no life for a quarter of a minute", BOUND, async () => {
    const { requests, fetch } = noting();
    /** @type {number[]} */
    const times = [];
    const stream = streaming(() => silentAfter(RUNS));
    /** @param {string} input @param {RequestInit} init */
    const own = (input, init) => (times.push(performance.now()) === 1 ? stream() : fetch(input, init));
    assert.equal((await api.waitForTask(fresh("success"), { baseUrl: home, fetch: own })).status, "SUCCESS");
    const apart = Number(times[1]) - Number(times[0]);
    assert.ok(apart > 14_900 && apart < 16_500, `${apart} ms`);
    assert.equal(requests.length, 1);
  });
});
