// @ts-check
/**
 * Chromium again, over the same protocol but with nothing between: what it counts, and pages that it really hides. playwright-core has each
 * page believe that it is in the foreground, so here it is puppeteer-core. It ends by itself when the pipe to it closes.
 */

import puppeteer from "puppeteer-core";
import { ARGS, chromiumProgram } from "./chromium.mjs";

/** What drivers say so that pages in the background go on as if they were seen. */
const AWAKE = ["--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"];

/**
 * @typedef {object} Tab
 * @property {(expression: string) => Promise<any>} evaluate What a JavaScript expression in the page comes to, awaited; it must be JSON.
 * @property {string[]} errors What was thrown in the page and caught by nobody.
 * @property {import("puppeteer-core").CDPSession} devtools The protocol's own commands and events.
 * @property {() => Promise<void>} toFront Shows it, and hides the one that was shown.
 * @property {() => Promise<void>} close
 */

export async function startDevtools() {
  const browser = await puppeteer.launch({
    executablePath: chromiumProgram(),
    args: ARGS,
    ignoreDefaultArgs: AWAKE,
    defaultViewport: null,
    pipe: true,
    protocolTimeout: 0,
  });
  return {
    version: (await browser.version()).replace(/^\D*/, ""),
    /** A tab in the foreground, loaded. @param {string} url @returns {Promise<Tab>} */
    async open(url) {
      const page = await browser.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(url);
      await page.bringToFront();
      return {
        evaluate: (expression) => page.evaluate(expression),
        errors,
        devtools: await page.createCDPSession(),
        toFront: () => page.bringToFront(),
        close: () => page.close(),
      };
    },
    stop: () => browser.close(),
  };
}
