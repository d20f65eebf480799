// @ts-check
/** What runs in a network namespace that has the loopback alone: a page, its API, and a browser that calls itself offline. */

import { pause, until } from "../behaviour/check.mjs";
import { startDevtools } from "../browsers/devtools.mjs";
import { startSite } from "../engines/site.mjs";
import { startApi } from "./api.mjs";

const site = await startSite("lifecycle/page.mjs");
const api = await startApi();
const browser = await startDevtools();
try {
  const tab = await browser.open(site.url);
  /** @type {() => Promise<import("./page.mjs").Page>} */
  const tell = () => tab.evaluate("tell()");
  const begin = (/** @type {string} */ taskId) => tab.evaluate(`begin(${JSON.stringify(taskId)}, ${JSON.stringify({ baseUrl: api.url })})`);
  api.answers("well", "running", "running", "done");
  api.answers("badly", "trouble");
  await begin("badly");
  await pause(5_000);
  const badly = api.looks("badly").length;
  await begin("well");
  await until("the end", async () => (await tell()).waits["well"]?.end !== null, 30_000);
  const { online, waits } = await tell();
  console.log(JSON.stringify({ online, badly, nexts: waits["badly"]?.nexts, well: api.looks("well").length, end: waits["well"]?.end }));
} finally {
  await browser.stop();
  await site.stop();
  await api.stop();
}
