// @ts-check
/** What Node sees of a call that has ended: no timer, no listener, no socket, no unhandled rejection; and what it prints of an error. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { getEventListeners, setMaxListeners } from "node:events";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inspect, promisify } from "node:util";
import { TaskError, getTaskDetails, waitForTask } from "../../pkg/index.js";
import { PROMPT, answering, fresh, record } from "../behaviour/world.mjs";
import { startSimulator } from "../processes.mjs";

const BOUND = { timeout: 40_000 };

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {{ baseUrl: string, apiKey: string }} */
let reaching;
/** @type {unknown[]} */
const unhandled = [];

before(async () => {
  simulator = await startSimulator();
  reaching = { baseUrl: simulator.url, apiKey: simulator.key };
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
}, BOUND);
after(() => simulator?.stop(), BOUND);

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

/** @type {Record<string, (signal: AbortController) => Promise<unknown>>} */
const ENDS = {
  "a look": ({ signal }) => getTaskDetails("t", { fetch: answering(record()), signal }),
  "a look that failed": ({ signal }) => getTaskDetails("t", { fetch: () => Promise.reject(new Error("no")), signal }),
  "a look that was too slow": ({ signal }) => getTaskDetails("t", { fetch: () => new Promise(() => {}), requestTimeoutMs: 100, signal }),
  "a wait to success": ({ signal }) => waitForTask("t", { fetch: answering(record({ successFlag: 1, response: { resultImageUrl: "https://x/1.png" } })), signal }),
  "a wait that timed out in a request": ({ signal }) => waitForTask("t", { fetch: () => new Promise(() => {}), timeoutMs: 200, signal }),
  "a wait that timed out in a pause": ({ signal }) => waitForTask("t", { fetch: answering(record()), timeoutMs: 200, signal }),
  "a wait aborted in a request": (controller) => {
    setTimeout(() => controller.abort(), 50);
    return waitForTask("t", { fetch: () => new Promise(() => {}), signal: controller.signal });
  },
  "a wait aborted in a pause": (controller) => waitForTask("t", { fetch: answering(record()), signal: controller.signal, onProgress: () => void setTimeout(() => controller.abort(), 20) }),
  "a wait aborted in onProgress": (controller) => waitForTask("t", { fetch: answering(record()), signal: controller.signal, onProgress: () => controller.abort() }),
  "a wait whose onProgress threw": ({ signal }) => waitForTask("t", { fetch: answering(record()), signal, onProgress() { throw new Error("no"); } }),
};

for (const [what, end] of Object.entries(ENDS)) {
  it(`${what} leaves no timer and no listener`, BOUND, async () => {
    const controller = new AbortController();
    // Whatever started before has to be over.
    while (timers() > 1) await pause(20);
    const earlier = timers();
    await end(controller).catch(() => {});
    assert.equal(timers(), earlier, "timers");
    assert.equal(getEventListeners(controller.signal, "abort").length, 0, "listeners");
  });
}

it("while it waits there is one listener and one timer, and none is left after many looks", BOUND, async () => {
  const controller = new AbortController();
  /** @type {number[]} */
  const during = [];
  const fetch = async () => {
    during.push(getEventListeners(controller.signal, "abort").length);
    return Response.json(record());
  };
  await waitForTask("t", { fetch, signal: controller.signal, timeoutMs: 4_500, pace: "eager" }).catch(() => {});
  assert.ok(during.length >= 2);
  assert.ok(during.every((listeners) => listeners <= 1), `${during}`);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});

it("a hundred waits on one signal leave nothing on it", BOUND, async () => {
  const controller = new AbortController();
  // Node warns of more than ten listeners on one signal, whoever adds them; each wait needs its own.
  setMaxListeners(200, controller.signal);
  const waits = Array.from({ length: 100 }, () => waitForTask("t", { fetch: answering(record()), signal: controller.signal }));
  setTimeout(() => controller.abort("enough"), 300);
  const ended = await Promise.allSettled(waits);
  assert.ok(ended.every((each) => each.status === "rejected" && each.reason === "enough"));
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});

/** Programs that have nothing more to do once the call has settled; each prints what it got. @type {Record<string, string>} */
const PROGRAMS = {
  "a wait that was aborted": `const c = new AbortController(); setTimeout(() => c.abort("left"), 200); await waitForTask("silent--exit-1", { ...reaching, signal: c.signal }).catch(say);`,
  "a wait that timed out over a silent server": `await waitForTask("silent--exit-2", { ...reaching, timeoutMs: 400 }).catch((e) => say(e.kind));`,
  "a wait that timed out over an endless body": `await waitForTask("drip-endless--exit-3", { ...reaching, timeoutMs: 400 }).catch((e) => say(e.kind));`,
  "a look with a long limit": `say((await getTaskDetails("success--exit-4", { ...reaching, requestTimeoutMs: 60_000 })).status);`,
};
const SAID = ["left", "timed-out", "timed-out", "SUCCESS"];

for (const [index, [what, program]] of Object.entries(PROGRAMS).entries()) {
  it(`a program ends by itself after ${what}`, BOUND, async () => {
    const source = `
      import { getTaskDetails, waitForTask } from ${JSON.stringify(new URL("../../pkg/index.js", import.meta.url).href)};
      const reaching = ${JSON.stringify(reaching)};
      const say = (text) => console.log(String(text), Date.now());
      ${program}`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], { timeout: 10_000 });
    const ended = Date.now();
    assert.equal(stderr, "");
    const [said, at] = stdout.trim().split(" ");
    assert.equal(said, SAID[index]);
    assert.ok(ended - Number(at) < 1_500, `it lived on for ${ended - Number(at)} ms`);
  });
}

it("what Node prints of an error holds neither prompt nor key", BOUND, async () => {
  /** @type {TaskError[]} */
  const problems = [];
  const error = await waitForTask(fresh("script.pending.http-401-echo-key"), {
    ...reaching,
    pace: "eager",
    onProgress: ({ problem }) => void (problem && problems.push(problem)),
  }).catch((reason) => reason);
  const slow = await waitForTask(fresh("script.pending.http-502"), { ...reaching, timeoutMs: 3_500 }).catch((reason) => reason);
  assert.ok(error instanceof TaskError && error.details?.paramJson?.includes(PROMPT));
  assert.ok(slow instanceof TaskError && slow.details?.paramJson?.includes(PROMPT) && slow.cause instanceof TaskError);
  // After a good poll a refused key gets three more attempts.
  assert.equal(problems.length, 4);
  for (const each of [error, slow, ...problems]) {
    const printed = [inspect(each, { depth: Infinity }), inspect({ each }, { depth: Infinity }), String(each), each.stack, JSON.stringify(each)].join("\n");
    assert.ok(!printed.includes("lighthouse"), printed);
    assert.ok(!inspect(each, { depth: Infinity, showHidden: true }).includes(simulator.key), "the key");
    assert.match(printed, /^TaskError: /);
  }
  // What a program shows that dies of it.
  const source = `
    import { waitForTask } from ${JSON.stringify(new URL("../../pkg/index.js", import.meta.url).href)};
    await waitForTask("script.pending.http-401-echo-key--died", ${JSON.stringify({ ...reaching, pace: "eager" })});`;
  const died = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], { timeout: 15_000 }).catch((failure) => failure);
  assert.equal(died.code, 1);
  assert.match(died.stderr, /TaskError: The API refused access/);
  assert.ok(!died.stderr.includes("lighthouse") && !died.stderr.includes(simulator.key), died.stderr);
});

it("what Node prints of a cause holds no key, wherever an own fetch has it", BOUND, async () => {
  const { apiKey: key } = reaching;
  const thrown = [
    Object.assign(new Error("failed"), { [Symbol("sent")]: key, [Symbol(key)]: 1, [key]: 1, url: new URL(`https://host/?key=${key}`), send: Object.assign(() => {}, { key }) }),
    Object.assign(new Error(`failed: ${encodeURIComponent(key.toUpperCase())}`), { toJSON: () => key, [inspect.custom]: () => key }),
    new (class extends Error { #key = key; get key() { return this.#key; } toString() { return key; } })("failed"),
    new AggregateError([new Error(key)], key, { cause: new Map([[key, new Set([key])]]) }),
    new DOMException(key, key),
  ];
  for (const each of thrown) {
    const error = await getTaskDetails("t", { ...reaching, fetch: () => Promise.reject(each) }).catch((reason) => reason);
    assert.ok(error instanceof TaskError && error.cause instanceof Error);
    const printed = [inspect(error, { depth: Infinity, showHidden: true, getters: true }), String(error.cause), JSON.stringify(error.cause)].join("\n");
    assert.ok(!printed.toLowerCase().includes(key.toLowerCase()), printed);
  }
});

it("nothing was left unhandled", BOUND, async () => {
  await pause(50);
  assert.deepEqual(unhandled, []);
});
