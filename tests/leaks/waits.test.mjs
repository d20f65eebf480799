// @ts-check
/** A hundred thousand waits in one instance leave nothing behind, however they end; ten thousand at once stay within their client's budget. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { countingSignal } from "../behaviour/world.mjs";

const WAITS = 100_000;
const AT_ONCE = 1_000;
const LIMIT = { timeout: 240_000 };

/** The instance's own memory, which no function of the package shows. @type {WebAssembly.Memory | undefined} */
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {any} */ ...all) => {
    const made = /** @type {any} */ (await instantiate(.../** @type {[any]} */ (all)));
    memory = /** @type {any} */ (Object.values((made.instance ?? made).exports).find((each) => each instanceof WebAssembly.Memory));
    return made;
  }
);

/** Timers that have neither fired nor been cleared. @type {Set<unknown>} */
const timers = new Set();
const { setTimeout: set, clearTimeout: clear } = globalThis;
globalThis.setTimeout = /** @type {any} */ (
  (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
    const timer = set(() => (timers.delete(timer), callback()), ms);
    timers.add(timer);
    return timer;
  }
);
globalThis.clearTimeout = /** @type {any} */ ((/** @type {any} */ timer) => (timers.delete(timer), clear(timer)));

const { createClient, waitForTask } = await import("../../pkg/index.js");

const bytes = () => memory?.buffer.byteLength ?? NaN;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param {object} data */
const answer = (data) => /** @type {any} */ ({ status: 200, headers: new Map(), text: async () => JSON.stringify({ code: 200, msg: "success", data }) });
const done = answer({ taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } });
const running = answer({ taskId: "t", successFlag: 0 });

/** @type {Record<string, (counted: ReturnType<typeof countingSignal>) => Promise<unknown>>} */
const ENDS = {
  "waits that succeed": ({ signal }) => waitForTask("t", { fetch: async () => done, signal }),
  "waits aborted in their request": (counted) => {
    // As every fetch does, it rejects when its request is aborted.
    const fetch = (/** @type {Request} */ { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    const promise = waitForTask("t", { fetch: /** @type {any} */ (fetch), signal: counted.signal });
    return turn().then(() => counted.abort("enough")).then(() => promise).catch((reason) => assert.equal(reason, "enough"));
  },
  "waits aborted in their pause": (counted) => {
    const onProgress = () => void setImmediate(() => counted.abort("enough"));
    return waitForTask("t", { fetch: async () => running, signal: counted.signal, onProgress }).catch((reason) => assert.equal(reason, "enough"));
  },
};

for (const [what, wait] of Object.entries(ENDS)) {
  it(`${WAITS} ${what} leave memory, timers and listeners as they were`, LIMIT, async () => {
    let listeners = 0;
    const some = async () => {
      const counted = Array.from({ length: AT_ONCE }, countingSignal);
      await Promise.all(counted.map(wait));
      listeners += counted.reduce((sum, each) => sum + each.listeners(), 0);
    };
    // The first bring the memory to the size that so many at once need.
    for (let batch = 0; batch < 3; batch += 1) await some();
    const before = bytes();
    for (let count = 0; count < WAITS; count += AT_ONCE) await some();
    assert.ok(before > 0 && Number.isFinite(before), "the instance's memory was not found");
    assert.equal(bytes(), before, "bytes of memory");
    assert.equal(listeners, 0, "listeners");
    assert.equal(timers.size, 0, "timers");
  });
}

it("10000 waits at once on one client stay within its budget", LIMIT, async (context) => {
  const before = bytes();
  let requests = 0;
  const fetch = async () => ((requests += 1), running);
  const client = createClient({ fetch, maxRequestsPerSecond: 20 });
  // Of no engine's own kind: Node.js warns of more than ten listeners on one of its signals.
  const controller = countingSignal();
  const began = performance.now();
  const waits = Array.from({ length: 10_000 }, (_, n) => client.waitForTask(`t${n}`, { signal: controller.signal }).catch((reason) => reason));
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const seconds = (performance.now() - began) / 1_000;
  const perWait = (bytes() - before) / waits.length;
  controller.abort("enough");
  assert.ok((await Promise.all(waits)).every((reason) => reason === "enough"));
  assert.ok(requests > 0 && requests <= 20 * seconds + 1, `${requests} requests in ${seconds} s`);
  assert.equal(timers.size, 0, "timers");
  context.diagnostic(`${requests} requests in ${seconds.toFixed(1)} s; ${Math.round(perWait)} bytes of the instance's memory for a wait`);
});
