// @ts-check
/** A browser with a page in the foreground that runs the behaviours. */

import { setTimeout as pause } from "node:timers/promises";
import { startBrowser } from "../browsers.mjs";
import { startSimulator } from "../processes.mjs";
import { startSite } from "./site.mjs";

/** Fewer than elsewhere: all of them share the one thread of a page. */
const SIDE_BY_SIDE = 12;
const ASK_EVERY_MS = 200;

/**
 * @param {import("../browsers.mjs").Engine} engine
 * @param {(news: import("./suite.mjs").News) => void} hear
 * @returns {Promise<import("./suite.mjs").Runtime>}
 */
export async function beginInPage(engine, hear) {
  /** @type {(() => Promise<unknown>)[]} */
  const ends = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const browser = await startBrowser(engine);
    ends.push(browser.stop);
    const site = await startSite("engines/page.mjs");
    ends.push(site.stop);
    // One for each behaviour that runs at a time: a browser has at most six connections to a host.
    const simulators = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => startSimulator()));
    ends.push(() => Promise.all(simulators.map((simulator) => simulator.stop())));
    const page = await browser.open(site.url);
    const visible = await page.evaluate("document.visibilityState");
    if (visible !== "visible") throw new Error(`the page is ${visible}: its timers are slow`);
    if ((await page.evaluate("typeof begin")) !== "function") throw new Error(`the page has not started: ${await page.errors()}`);
    const given = simulators.map(({ url, otherUrl, key }) => ({ engine, baseUrl: url, otherOrigin: otherUrl, key }));
    await page.evaluate(`begin(${JSON.stringify(given)})`);
    return { version: browser.version, ended: follow(page, hear).catch((error) => `the page: ${error.message}`), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {import("../browsers.mjs").Page} page @param {(news: import("./suite.mjs").News) => void} hear */
async function follow(page, hear) {
  for (let done = false; !done; await pause(ASK_EVERY_MS)) {
    /** @type {import("./suite.mjs").News[]} */
    const news = await page.evaluate("takeNews()");
    news.forEach(hear);
    done = news.some((each) => "done" in each);
  }
  return "all is done";
}
