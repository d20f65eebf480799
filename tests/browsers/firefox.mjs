// @ts-check
/** Firefox as its makers ship it, over WebDriver BiDi. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { ERRORS, WATCH } from "./errors-in-page.mjs";
import { freshFolder, keep, program } from "./kept.mjs";

const PLACES = ["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/**
 * Beyond what Firefox sets by itself where a driver is to connect: it calls nobody.
 * @type {Record<string, boolean | string>}
 */
const SETTINGS = {
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage": "about:blank",
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.server": "",
};

/** @returns {Promise<import("../browsers.mjs").Browser>} */
export async function startFirefox() {
  const command = program("FIREFOX", PLACES, "Firefox");
  const folder = await freshFolder();
  const settings = Object.entries(SETTINGS).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(folder, "user.js"), settings.join(""));
  const firefox = await keep({
    command,
    args: ["--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"],
    folder,
    announced: /^WebDriver BiDi listening on (ws:\/\/\S+)/,
    env: { MOZ_CRASHREPORTER_DISABLE: "1" },
  });
  const [, endpoint = ""] = firefox.told;
  const browser = await puppeteer
    .connect({ browserWSEndpoint: `${endpoint}/session`, protocol: "webDriverBiDi", defaultViewport: null, protocolTimeout: 0 })
    .catch((error) => firefox.fail(`it could not be connected to: ${error.message}`));
  return {
    engine: "firefox",
    version: (await browser.version()).replace(/^\D*/, ""),
    async open(url) {
      const page = await browser.newPage();
      // Its own event for errors brings the browser's complaints about requests as well.
      await page.evaluateOnNewDocument(WATCH);
      await page.goto(url);
      return {
        evaluate: (expression) => page.evaluate(expression),
        errors: async () => /** @type {string[]} */ (await page.evaluate(ERRORS)),
        close: () => page.close(),
      };
    },
    async stop() {
      await browser.disconnect().catch(() => {});
      await firefox.stop();
    },
  };
}
