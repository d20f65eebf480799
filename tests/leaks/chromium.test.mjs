// @ts-check
/** The same in a page in Chromium, which itself counts what no page can: listeners on whatever they are, and what its collector cannot free. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startDevtools } from "../browsers/devtools.mjs";
import { startSite } from "../engines/site.mjs";
import { ENDS, WAITS, leaveNothing } from "./rounds.mjs";

const BOUND = { timeout: 60_000 };
const LIMIT = { timeout: 240_000 };
/** Compiled code and a collector's own tables come and go: some 0.4 MB. Fifty thousand of the smallest objects would be more than this. */
const MOST_BYTES = 1_000_000;
/** The browser's own, up to 1.2 MB on a busy machine; none of its objects has less than 48 bytes. */
const MOST_OBJECTS_BYTES = 2_000_000;

/** @type {Awaited<ReturnType<typeof startDevtools>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../browsers/devtools.mjs").Tab} */
let tab;

before(async () => {
  browser = await startDevtools();
  site = await startSite("leaks/page.mjs");
  tab = await browser.open(site.url);
  await tab.devtools.send("Performance.enable");
  assert.equal(await tab.evaluate("document.visibilityState"), "visible");
}, BOUND);
after(async () => {
  await browser?.stop();
  await site?.stop();
}, BOUND);

/** What the browser counts in the page, garbage taken away. */
async function counts() {
  await tab.devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await tab.devtools.send("Performance.getMetrics");
  /** @param {string} name */
  const metric = (name) => metrics.find((each) => each.name === name)?.value ?? NaN;
  const { usedSize, embedderHeapUsedSize } = await tab.devtools.send("Runtime.getHeapUsage");
  return { listeners: metric("JSEventListeners"), nodes: metric("Nodes"), heap: usedSize, objects: embedderHeapUsedSize };
}

it("a wait in a page has a timer, a listener on its signal and four on the page, and nothing when it has ended", BOUND, async () => {
  const { listeners } = await counts();
  const { timers, listeners: held } = await tab.evaluate("hold()");
  assert.deepEqual({ timers, held, counted: (await counts()).listeners - listeners }, { timers: 1, held: 5, counted: 5 });
  const left = await tab.evaluate("release()");
  assert.deepEqual({ timers: left.timers, held: left.listeners, counted: (await counts()).listeners - listeners }, { timers: 0, held: 0, counted: 0 });
});

for (const end of ENDS) {
  const waits = end === "succeed" ? WAITS : WAITS / 2;
  it(`${waits} waits in a page that ${end} leave memory, timers and listeners as they were`, LIMIT, async (context) => {
    let [first, last] = [await counts(), await counts()];
    const began = performance.now();
    await leaveNothing(end, async (how, count) => {
      const came = await tab.evaluate(`run(${JSON.stringify(how)}, ${count})`);
      [first, last] = [last, await counts()];
      return came;
    }, waits);
    // What the collector of the browser's own objects has found it sweeps when it likes.
    for (let more = 0; more < 20 && last.objects - first.objects >= MOST_OBJECTS_BYTES; more += 1) {
      await pause(250);
      last = await counts();
    }
    const grown = { heap: last.heap - first.heap, objects: last.objects - first.objects };
    context.diagnostic(`${Math.round((performance.now() - began) / 1_000)} s; bytes more of the script's heap ${grown.heap}, of the browser's ${grown.objects}`);
    assert.equal(last.listeners, first.listeners, "listeners on whatever they are");
    assert.equal(last.nodes, first.nodes, "nodes");
    assert.ok(grown.heap < MOST_BYTES, `${grown.heap} bytes more of the script's heap`);
    assert.ok(grown.objects < MOST_OBJECTS_BYTES, `${grown.objects} bytes more of the browser's own objects`);
    assert.deepEqual(tab.errors, []);
  });
}
