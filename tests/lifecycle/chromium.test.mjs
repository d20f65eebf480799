// @ts-check
/**
 * A page in Chromium that is really hidden, really frozen and really offline, where tests/behaviour plays that by events of its own. What
 * counts is when requests arrive at an API.
 */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { between, pause, until } from "../behaviour/check.mjs";
import { startDevtools } from "../browsers/devtools.mjs";
import { startSite } from "../engines/site.mjs";
import { startApi } from "./api.mjs";

const BOUND = { timeout: 60_000 };
/** A page that wakes up looks after half a second. Nothing is early, but where the machine has other things to do it may be late. */
const AWAKE_MS = { least: 480, most: 2_500 };
/** And a look that hangs has two seconds more. */
const HANGING_MS = { least: 2_480, most: 4_500 };
/** No two looks at a task are closer, less what the way there may differ by. */
const GAP_MS = 700;
/** A burst would come within this time, and the next look of the schedule comes later. */
const BURST_MS = 1_500;
const FROZEN_MS = 6_000;
const ONLINE = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

/** @type {Awaited<ReturnType<typeof startDevtools>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {Awaited<ReturnType<typeof startApi>>} */
let api;

before(async () => {
  browser = await startDevtools();
  site = await startSite("lifecycle/page.mjs");
  api = await startApi();
}, BOUND);
after(async () => {
  await browser?.stop();
  await site?.stop();
  await api?.stop();
}, BOUND);

/** A page that waits, in the foreground, and another tab to put in front of it. */
async function open() {
  const cover = await browser.open("about:blank");
  const tab = await browser.open(site.url);
  /** @type {() => Promise<import("./page.mjs").Page>} */
  const tell = () => tab.evaluate("tell()");
  /** @param {string} state */
  const isNow = (state) => until(`a page that is ${state}`, async () => (await tell()).visibility === state);
  return {
    ...tab,
    tell,
    /** Begins a wait, whose first look is on its way when this resolves. @param {string} taskId @param {object} [options] */
    async ask(taskId, options) {
      await tab.evaluate(`begin(${JSON.stringify(taskId)}, ${JSON.stringify({ baseUrl: api.url, ...options })})`);
      await until("the first look", () => api.looks(taskId).length > 0, 10_000);
      assert.equal(api.looks(taskId).length, 1, "requests of the first look");
    },
    /** Begins a wait, which pauses when this resolves; for how long. @param {string} taskId @param {object} [options] @returns {Promise<number>} */
    async begin(taskId, options) {
      await this.ask(taskId, options);
      await until("the first look's end", async () => (await tell()).waits[taskId]?.nexts.length === 1, 10_000);
      return Number((await tell()).waits[taskId]?.nexts[0]);
    },
    async hide() {
      await cover.toFront();
      await isNow("hidden");
    },
    /** Hides it and stops it, for as long as that takes. */
    async freeze() {
      await this.hide();
      await tab.devtools.send("Page.setWebLifecycleState", { state: "frozen" });
      await pause(FROZEN_MS);
    },
    /** When that began. */
    async show() {
      const began = performance.now();
      await tab.toFront();
      await isNow("visible");
      return began;
    },
    async close() {
      await tab.close();
      await cover.close();
      assert.deepEqual(tab.errors, []);
    },
  };
}

/**
 * Each of these tasks is looked at a second time, half a second after this instant and not in a burst.
 * @param {string[]} tasks
 * @param {number} since
 */
async function looksOnce(tasks, since) {
  await until("a second look at each", () => tasks.every((taskId) => api.looks(taskId).length > 1), AWAKE_MS.most);
  const late = tasks.map((taskId) => Number(api.looks(taskId)[1]) - since);
  for (const ms of late) between(ms, AWAKE_MS.least, AWAKE_MS.most, "ms until the look");
  await pause(BURST_MS);
  for (const taskId of tasks) {
    const times = api.looks(taskId);
    assert.equal(times.length, 2, `looks at ${times}, where ${since} was the time to wake up`);
  }
  return late.map(Math.round).join(", ");
}

it("a hidden page looks more seldom; shown again it looks once, half a second later", BOUND, async (context) => {
  const page = await open();
  const seen = await page.begin("seen");
  await page.evaluate(`abort("seen")`);
  await page.hide();
  const unseen = await page.begin("unseen");
  assert.ok(unseen > 2 * seen, `a pause of ${unseen} ms hidden, of ${seen} ms shown`);
  await pause(seen + 1_000);
  assert.equal(api.looks("unseen").length, 1, "requests in the time in which a page that is seen looks again");
  const shown = await page.show();
  const late = await looksOnce(["unseen"], shown);
  assert.deepEqual((await page.tell()).events, ["visibilitychange, hidden", "visibilitychange, visible"]);
  await page.close();
  context.diagnostic(`pauses of ${Math.round(seen)} ms shown and ${Math.round(unseen)} ms hidden; the look ${late} ms after it was shown`);
});

it("a page that is shown three times in a moment looks at most once in each gap", BOUND, async () => {
  const page = await open();
  await page.begin("flicker");
  await pause(GAP_MS);
  for (let times = 0; times < 3; times += 1) {
    await page.hide();
    await page.show();
  }
  await pause(2 * BURST_MS);
  const times = api.looks("flicker");
  between(times.length, 2, 4, "looks");
  times.slice(1).forEach((at, place) => assert.ok(at - Number(times[place]) > GAP_MS, `looks at ${times}`));
  await page.close();
});

it("offline a page polls rarely; back online it looks once, half a second later, and the wait succeeds", BOUND, async (context) => {
  const page = await open();
  /** What never reaches the API counts as well. @type {string[]} */
  const asked = [];
  page.devtools.on("Network.requestWillBeSent", ({ request }) => void asked.push(request.url));
  await page.devtools.send("Network.enable");
  // After trouble the next look would come in a second.
  api.answers("plugged", "trouble", "done");
  const pausing = await page.begin("plugged");
  await page.devtools.send("Network.emulateNetworkConditions", { ...ONLINE, offline: true });
  assert.equal((await page.tell()).online, false);
  await pause(pausing + 3_000);
  assert.equal(asked.length, 1, `requests before and while offline: ${asked}`);
  const online = performance.now();
  await page.devtools.send("Network.emulateNetworkConditions", ONLINE);
  const late = await looksOnce(["plugged"], online);
  assert.equal(asked.length, 2, `requests: ${asked}`);
  assert.equal((await page.tell()).waits["plugged"]?.end, "SUCCESS");
  assert.deepEqual((await page.tell()).events, ["offline", "online"]);
  await page.close();
  context.diagnostic(`the look ${late} ms after it was online`);
});

it("a page whose sign-on has expired is told to sign in again, after a few attempts", BOUND, async (context) => {
  const page = await open();
  api.answers("signed-out", "running", "login");
  const began = performance.now();
  await page.begin("signed-out");
  await until("the end", async () => (await page.tell()).waits["signed-out"]?.end !== null, 55_000);
  const { end, message } = (await page.tell()).waits["signed-out"] ?? {};
  assert.equal(end, "unauthorized", String(message));
  assert.match(String(message), /redirected to another origin.*sign in again/);
  // Every second one follows the redirect, and fails like a network that is down.
  between(api.looks("signed-out").length, 7, 7, "looks");
  await page.close();
  context.diagnostic(`after ${Math.round(performance.now() - began)} ms`);
});

it("a redirect within the origin and a network that fails now and then are no expired sign-on", BOUND, async () => {
  const page = await open();
  api.answers("moved", "running", "reset", "moved", "reset", "moved", "moved");
  await page.begin("moved");
  await until("the end", async () => (await page.tell()).waits["moved"]?.end !== null, 55_000);
  assert.equal((await page.tell()).waits["moved"]?.end, "SUCCESS");
  await page.close();
});

it("where the address always redirects within the origin, an outage is no expired sign-on", BOUND, async () => {
  const page = await open();
  const outage = /** @type {const} */ (["moved-reset", "moved-reset", "moved-reset", "moved-reset", "moved-reset"]);
  api.answers("slash", "moved-running", ...outage, "moved");
  await page.begin("slash");
  await until("the end", async () => (await page.tell()).waits["slash"]?.end !== null, 55_000);
  assert.equal((await page.tell()).waits["slash"]?.end, "SUCCESS");
  await page.close();
});

it("a page that comes back out of the browser's cache looks once, half a second later", BOUND, async (context) => {
  const page = await open();
  await page.begin("back");
  await page.evaluate(`location.href = ${JSON.stringify(`${api.url}/away`)}`);
  // In between there is nothing to ask.
  const isHere = async () => (await page.evaluate("typeof tell").catch(() => "")) === "function";
  await until("another page", async () => !(await isHere()), 10_000);
  await pause(FROZEN_MS);
  const left = api.looks("back").length;
  assert.equal(left, 1, "looks of a page that was left");
  const began = performance.now();
  await page.evaluate("history.back()").catch(() => {});
  await until("the page again", isHere, 10_000);
  const late = await looksOnce(["back"], began);
  const { events } = await page.tell();
  assert.ok(events.includes("pageshow, true"), `it was loaded anew, or nothing is known of it: ${events}`);
  await page.close();
  context.diagnostic(`the look ${late} ms after it was gone back to; events: ${events.join("; ")}`);
});

it("a page that was frozen looks once for each task, half a second after it is shown", BOUND, async (context) => {
  const page = await open();
  const tasks = ["frozen-1", "frozen-2", "frozen-3"];
  for (const taskId of tasks) api.answers(taskId, "trouble", "running");
  const pauses = await Promise.all(tasks.map((taskId) => page.begin(taskId)));
  // Their deadlines pass while nothing can run.
  const late = ["frozen-pausing", "frozen-looking"];
  api.answers("frozen-pausing", "running", "done");
  api.answers("frozen-looking", "nothing", "done");
  await page.begin("frozen-pausing", { timeoutMs: FROZEN_MS - 2_000 });
  await page.ask("frozen-looking", { timeoutMs: FROZEN_MS - 2_000 });
  await page.freeze();
  const before = [...tasks, ...late].map((taskId) => api.looks(taskId).length);
  const shown = await page.show();
  assert.deepEqual(before, [1, 1, 1, 1, 1], `looks while frozen, after pauses of ${pauses} ms`);
  const afterwards = await looksOnce([...tasks, "frozen-pausing"], shown);
  await until("the look in place of the one that hangs", () => api.looks("frozen-looking").length > 1, HANGING_MS.most);
  between(Number(api.looks("frozen-looking")[1]) - shown, HANGING_MS.least, HANGING_MS.most, "ms until that");
  await until("its end", async () => (await page.tell()).waits["frozen-looking"]?.end === "SUCCESS", BURST_MS);
  const { waits, events } = await page.tell();
  for (const taskId of late) assert.equal(waits[taskId]?.end, "SUCCESS", taskId);
  assert.deepEqual(events, ["visibilitychange, hidden", "freeze, hidden", "resume, hidden", "visibilitychange, visible"]);
  await page.close();
  context.diagnostic(`the looks ${afterwards} ms after it was shown`);
});

it("a page that thaws in the background looks once for each task", BOUND, async (context) => {
  const page = await open();
  const tasks = ["thawed-1", "thawed-2", "thawed-3"];
  for (const taskId of tasks) api.answers(taskId, "trouble", "running");
  await Promise.all(tasks.map((taskId) => page.begin(taskId)));
  await page.freeze();
  const thawed = performance.now();
  await page.devtools.send("Page.setWebLifecycleState", { state: "active" });
  await pause(2 * BURST_MS);
  const late = tasks.map((taskId) => api.looks(taskId).map((at) => Math.round(at - thawed)));
  for (const times of late) {
    assert.equal(times.length, 2, `looks, in ms from when it thawed: ${times}`);
    assert.ok(Number(times[1]) > 0, `a look while it was frozen: ${times}`);
  }
  assert.deepEqual((await page.tell()).events, ["visibilitychange, hidden", "freeze, hidden", "resume, hidden"]);
  await page.close();
  context.diagnostic(`the looks ${late.map((times) => times[1])} ms after it had thawed`);
});
