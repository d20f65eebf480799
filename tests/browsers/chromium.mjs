// @ts-check
/** Chromium, over the protocol of its own developer tools. It ends by itself when the pipe to it closes. */

import { chromium } from "playwright-core";
import { program } from "./kept.mjs";

export const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ON_A_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const PLACES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", ON_A_MAC];

export const chromiumProgram = () => program("CHROMIUM", PLACES, "Chromium");

/** @returns {Promise<import("../browsers.mjs").Browser>} */
export async function startChromium() {
  const browser = await chromium.launch({ executablePath: chromiumProgram(), args: ARGS });
  return {
    engine: "chromium",
    version: browser.version(),
    async open(url) {
      const page = await browser.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on("pageerror", (error) => errors.push(`${error.name}: ${error.message}`));
      await page.goto(url);
      return {
        evaluate: (expression) => page.evaluate(expression),
        errors: () => errors,
        close: () => page.close(),
      };
    },
    stop: () => browser.close(),
  };
}
