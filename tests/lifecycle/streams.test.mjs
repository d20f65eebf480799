// @ts-check
/**
 * Tabs of one site in Chromium, over HTTP/1.1: they share one stream, and give it up when other
 * requests queue for a connection.
 */

import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, it } from "node:test";
import { pause, until } from "../behaviour/check.mjs";
import { startDevtools } from "../browsers/devtools.mjs";
import { startPushingSite } from "./push.mjs";

const BOUND = { timeout: 90_000 };
const SOON_MS = 10_000;
/** A tab in the background has its timers once a second. */
const TOLD_MS = 1_500;

/** @type {Awaited<ReturnType<typeof startDevtools>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startPushingSite>>} */
let site;
/** @type {import("../browsers/devtools.mjs").Tab[]} */
let tabs = [];

before(async () => void (browser = await startDevtools()), BOUND);
after(() => browser?.stop(), BOUND);
beforeEach(async () => void (site = await startPushingSite()), BOUND);
afterEach(async () => {
  for (const tab of tabs) {
    assert.deepEqual(tab.errors, []);
    await tab.close();
  }
  tabs = [];
  await site.stop();
}, BOUND);

async function open() {
  const tab = await browser.open(site.url);
  tabs.push(tab);
  return {
    ...tab,
    /** @param {string} taskId @param {object} [options] */
    begin: (taskId, options = {}) => tab.evaluate(`begin(${JSON.stringify(taskId)}, ${JSON.stringify(options)})`),
    /** @param {string} taskId */
    end: async (taskId) => (await tab.evaluate("tell()")).waits[taskId]?.end,
    /** @param {string} taskId @param {number} withinMs */
    async succeeds(taskId, withinMs) {
      await until(`the end of ${taskId}`, async () => (await this.end(taskId)) !== null, withinMs);
      assert.equal(await this.end(taskId), "SUCCESS");
    },
    /** The names of the package's locks. @returns {Promise<string[]>} */
    locks: () =>
      tab.evaluate("navigator.locks.query().then(({ held, pending }) => [...held, ...pending].map(({ name }) => name))"),
    async close() {
      tabs = tabs.filter((each) => each !== tab);
      await tab.close();
    },
  };
}

it("two tabs with four waits each have one stream, and a file is there at once", BOUND, async (context) => {
  const [first, second] = [await open(), await open()];
  for (const index of [1, 2, 3, 4]) {
    await first.begin(`first-${index}`);
    await second.begin(`second-${index}`);
  }
  const tasks = () => new Set(site.requests.map(({ taskId }) => taskId)).size;
  await until("a poll of each", () => tasks() === 8, SOON_MS);
  await pause(1_000);
  assert.equal(site.open().length, 1, "open streams");
  for (const tab of [first, second]) {
    const ms = await tab.evaluate(
      `(async (began) => (await (await fetch("/file")).text(), performance.now() - began))(performance.now())`,
    );
    context.diagnostic(`a file after ${Math.round(ms)} ms`);
    assert.ok(ms < 1_000, `${ms} ms`);
  }
  assert.equal(site.requests.filter(({ stream }) => stream).length, 1, "streams ever");
});

it("a tab hears of its task by another tab's stream, without a request of its own", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("both");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await second.begin("both");
  await pause(8_000);
  assert.equal(await second.end("both"), null);
  assert.deepEqual(site.requests.map(({ stream }) => stream), [true], "requests of both tabs");
  const { nexts } = (await second.evaluate("tell()")).waits["both"];
  assert.ok(nexts.length > 0, "the other tab was told of the state");
  site.finish("both");
  await second.succeeds("both", TOLD_MS);
  await first.succeeds("both", TOLD_MS);
  assert.equal(site.requests.length, 1);
  await until("no locks", async () => (await second.locks()).length === 0, SOON_MS);
});

it("when the tab with the stream is closed another takes its place", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("left");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await second.begin("left");
  await pause(2_000);
  assert.equal(site.requests.length, 1);
  await first.close();
  await until("a stream of the other tab", () => site.requests.length > 1 && site.open().length === 1, SOON_MS);
  site.finish("left");
  await second.succeeds("left", TOLD_MS);
});

it("a stream is given up when other requests queue, and no tab opens another", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("given-up");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await second.begin("beside");
  await until("a poll", () => site.of("beside").length === 1, SOON_MS);
  await first.evaluate(`Promise.all(Array.from({ length: 12 }, (_, index) => fetch("/slow?ms=600&" + index))).then(() => 0)`);
  await until("no stream", () => site.open().length === 0, 3_000);
  await until("polls of both", () => site.of("given-up").length > 2 && site.of("beside").length > 3, 3 * SOON_MS);
  assert.equal(site.requests.filter(({ stream }) => stream).length, 1, "streams ever");
  site.finish("given-up", "beside");
  await first.succeeds("given-up", SOON_MS);
  await second.succeeds("beside", 2 * SOON_MS);
  await until("no locks", async () => (await second.locks()).length === 0, SOON_MS);
});

it("a stream is given up when a poll of another tab gets no connection", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("holder");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await first.evaluate(`void Array.from({ length: 5 }, (_, index) => fetch("/never?" + index).catch(() => {}))`);
  await pause(500);
  await second.begin("queued");
  await pause(2_000);
  assert.equal(site.of("queued").length, 0, "polls that came through beside six connections");
  await until("the poll", () => site.of("queued").length > 0, SOON_MS);
  assert.equal(site.open().length, 0, "open streams");
});

it("a frozen tab with the stream does not keep the end of a task from others", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("kept");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await second.begin("kept");
  await pause(2_000);
  assert.equal(site.requests.length, 1, "requests of both tabs");
  await first.devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  site.finish("kept");
  await second.succeeds("kept", 15_000 + SOON_MS);
  // The frozen tab has shown no sign of life for 15 s, and no longer answers for its stream.
  const third = await open();
  await third.begin("kept");
  await third.succeeds("kept", 5_000);
});

it("the last poll before the deadline is a request, whatever another tab holds", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("late");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await first.devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  site.finish("late");
  await second.begin("late", { timeoutMs: 10_000 });
  await until("the end", async () => (await second.end("late")) !== null, 15_000);
  assert.equal(await second.end("late"), "SUCCESS");
  assert.deepEqual(site.requests.map(({ stream }) => stream), [true, false], "requests of both tabs");
});

it("a wait with its own fetch is not answered by another tab's stream", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("own");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await second.evaluate(`begin("own", { fetch: (...args) => ((globalThis.calls ??= []).push(args[0]), fetch(...args)) })`);
  await until("a poll", async () => (await second.evaluate("tell()")).waits["own"].nexts.length > 0, SOON_MS);
  const calls = await second.evaluate("globalThis.calls ?? []");
  assert.equal(calls.length, 1, "calls of its fetch");
  assert.equal(site.of("own").length, 2, "requests");
});

it("the stream of a wait with its own fetch answers no other tab", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.evaluate(`begin("alone", { fetch: (...args) => fetch(...args) })`);
  await until("a stream", () => site.open().length === 1, SOON_MS);
  await pause(500);
  await second.begin("alone");
  await until("a poll of the other tab", () => site.of("alone").length > 1, 5_000);
  site.finish("alone");
  await first.succeeds("alone", SOON_MS);
  await second.succeeds("alone", SOON_MS);
});

it("a slow poll that does not queue ends the stream only until it is answered", BOUND, async () => {
  const [first, second] = [await open(), await open()];
  await first.begin("pushed");
  await until("a stream", () => site.open().length === 1, SOON_MS);
  site.answerAfter(5_500);
  await second.begin("slow");
  await until("a poll", () => site.of("slow").length === 1, SOON_MS);
  await until("no stream", () => site.open().length === 0, SOON_MS);
  site.answerAfter(0);
  await until("a stream again", () => site.open().length === 1, SOON_MS);
});

it("a page without Web Locks has one stream", BOUND, async () => {
  const tab = await open();
  await tab.evaluate("void delete Navigator.prototype.locks");
  for (const index of [1, 2, 3, 4]) await tab.begin(`alone-${index}`);
  await until("a poll of each", () => new Set(site.requests.map(({ taskId }) => taskId)).size === 4, SOON_MS);
  await pause(1_000);
  assert.equal(site.open().length, 1, "open streams");
});

it("a thousand waits leave no lock, no channel and no observer", BOUND, async () => {
  const tab = await open();
  const pushed = await tab.evaluate(`(async () => {
    const open = (globalThis.open_ = { channels: 0, observers: 0, most: 0 });
    const count = (kind, by) => (open[kind] += by, open.most = Math.max(open.most, open[kind]));
    const { BroadcastChannel: Channel, PerformanceObserver: Observer } = globalThis;
    globalThis.BroadcastChannel = class extends Channel {
      constructor(name) { super(name); count("channels", 1); }
      close() { super.close(); count("channels", -1); }
    };
    globalThis.PerformanceObserver = class extends Observer {
      constructor(call) { super(call); count("observers", 1); }
      disconnect() { super.disconnect(); count("observers", -1); }
    };
    const { createClient } = await import("/pkg/index.js");
    const client = createClient({ maxRequestsPerSecond: Infinity });
    let succeeded = 0;
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 50 }, async (_, index) => {
        const { status } = await client.waitForTask("done-" + round + "-" + index);
        if (status === "SUCCESS") succeeded += 1;
      }));
    }
    return succeeded;
  })()`);
  assert.equal(pushed, 1_000);
  assert.ok(site.requests.some(({ stream }) => stream), "there were streams");
  const { channels, observers, most } = await tab.evaluate("open_");
  assert.ok(most > 0, "what there was of channels and observers was seen");
  await until("no locks", async () => (await tab.locks()).length === 0, SOON_MS);
  assert.deepEqual({ channels, observers }, { channels: 0, observers: 0 });
});
