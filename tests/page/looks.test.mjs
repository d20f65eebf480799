// @ts-check
/** How the page looks: contrast in light and dark, no sideways scrolling on a phone. Pictures of it go to the folder in env SCREENSHOTS. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startPage, startSimulator } from "../processes.mjs";
import { launch, newPage, reaches, waitFor } from "./browser.mjs";

const BOUND = { timeout: 180_000 };
const LONG = `success-origin-1s--${"long".repeat(55)}`;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {Awaited<ReturnType<typeof startPage>>} */
let site;
let folder = "";

before(async () => {
  folder = process.env["SCREENSHOTS"] || (await mkdtemp(join(tmpdir(), "page-looks-")));
  simulator = await startSimulator();
  site = await startPage({ upstream: simulator.url, key: simulator.key, simulator: true });
  browser = await launch();
}, BOUND);

after(async () => {
  await browser?.close();
  await site?.stop();
  await simulator?.stop();
  if (!process.env["SCREENSHOTS"]) await rm(folder, { recursive: true });
}, BOUND);

/** Runs in the page: text that stands out too little from what is behind it. @returns {string[]} */
function faintText() {
  const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  /** @param {string} color */
  const read = (color) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = color;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  /** @param {number[]} color */
  const luminance = (color) => {
    const [red = 0, green = 0, blue = 0] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  /** @param {Element | null} element @returns {number[]} */
  const behind = (element) => {
    if (element === null) return read("Canvas");
    const color = read(getComputedStyle(element).backgroundColor);
    return color[3] === 255 ? color : behind(element.parentElement);
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!hasText || !element.checkVisibility() || element.matches("option, optgroup, noscript")) continue;
    const [one, other] = [luminance(read(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faint.push(`${element.tagName} ${element.className} ${element.textContent} ${contrast.toFixed(2)}`);
  }
  return faint;
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const [device, viewport] of /** @type {const} */ ([["desk", { width: 1200, height: 860 }], ["phone", { width: 360, height: 740 }]])) {
    describe(`${colorScheme}, ${device}`, BOUND, () => {
      it("is legible and fits, in each state", async () => {
        const { context, page, complaints } = await newPage(browser, { colorScheme, viewport, reducedMotion: "reduce" });
        /** @param {string} state */
        const check = async (state) => {
          await page.screenshot({ path: join(folder, `${colorScheme}-${device}-${state}.png`), fullPage: true });
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(wider, 0, `${state} scrolls sideways`);
          assert.deepEqual(await page.evaluate(faintText), [], state);
        };
        try {
          await page.goto(`${site.url}/`);
          await page.locator("#ways").waitFor();
          await check("idle");
          await page.getByRole("radio", { name: "New picture" }).check();
          await page.getByRole("button", { name: "Make the picture" }).click();
          await check("form-error");
          await waitFor(page, `script.pending.body-503*9--${colorScheme}-${device}`);
          await page.locator("#problem").waitFor();
          await check("waiting");
          await page.getByRole("button", { name: "Stop waiting" }).click();
          await reaches(page, "stopped");
          await check("stopped");
          await waitFor(page, "failed-html");
          await reaches(page, "failed");
          await check("failure");
          await waitFor(page, `${LONG}${colorScheme}${device}`.slice(0, 250));
          await reaches(page, "succeeded");
          await page.waitForFunction(() => /** @type {HTMLImageElement} */ (document.getElementById("picture")).naturalWidth > 0);
          await check("success");
          assert.deepEqual(complaints, []);
        } finally {
          await context.close();
        }
      });
    });
  }
}
