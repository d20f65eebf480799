// @ts-check
/** One Chromium for a test file, and pages in it that remember everything a tidy page must not do. */

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { ARGS, chromiumProgram } from "../browsers/chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */

export function launch() {
  return chromium.launch({ executablePath: chromiumProgram(), args: ARGS });
}

/**
 * A fresh page with its own storage. `complaints` collects console output, uncaught errors and violations of the content policy;
 * `traffic` collects what the page sent and got.
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, ...options });
  // The second look at a new task comes after about 9 s.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  await page.exposeFunction("tellViolation", (/** @type {string} */ text) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const tell = /** @type {any} */ (globalThis).tellViolation;
      tell(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return { context, page, complaints };
}

/**
 * Enters a task id and starts the wait.
 * @param {Page} page
 * @param {string} taskId
 */
export async function waitFor(page, taskId) {
  const way = page.getByRole("radio", { name: "Task id" });
  if (await way.isVisible()) await way.check();
  await page.getByRole("textbox", { name: "Task id" }).fill(taskId);
  await page.getByRole("button", { name: "Start waiting" }).click();
}

/**
 * Waits until the stage is in a state, and returns its headline.
 * @param {Page} page
 * @param {string} state
 * @param {number} [timeout]
 */
export async function reaches(page, state, timeout = 20_000) {
  await page.locator(`#stage[data-state="${state}"]`).waitFor({ timeout });
  return (await page.locator("#word").textContent()) ?? "";
}

/**
 * Takes the place of the library, for states that the real one takes minutes to reach: see stand-in.js for the task ids it knows.
 * @param {Page} page
 */
export async function standInForLibrary(page) {
  const path = fileURLToPath(new URL("stand-in.js", import.meta.url));
  await page.route("**/pkg/index.js", (route) => route.fulfill({ contentType: "text/javascript", path }));
}
