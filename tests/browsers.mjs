// @ts-check
/** The three engines that browsers are made of, each in a browser as it is shipped, driven in one way. */

import { startChromium } from "./browsers/chromium.mjs";
import { startFirefox } from "./browsers/firefox.mjs";
import { startWebKit } from "./browsers/webkit.mjs";

/**
 * @typedef {"chromium" | "firefox" | "webkit"} Engine
 *
 * @typedef {object} Browser
 * @property {Engine} engine
 * @property {string} version
 * @property {(url: string) => Promise<Page>} open A page in the foreground, loaded; one after the other.
 * @property {() => Promise<void>} stop Ends all its processes and removes its profile. So does the end of the test process.
 *
 * @typedef {object} Page
 * @property {(expression: string) => Promise<any>} evaluate What a JavaScript expression in the page comes to, awaited; it must be JSON.
 * @property {() => string[] | Promise<string[]>} errors What was thrown in the page and caught by nobody; in WebKit only from when it
 *   had loaded.
 * @property {() => Promise<void>} close
 */

const START = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit };

/**
 * The programs are those in env CHROMIUM, FIREFOX, and WEBKIT_DRIVER with WEBKIT_BROWSER and XVFB, or those in the usual places.
 * @param {Engine} engine
 * @returns {Promise<Browser>}
 */
export function startBrowser(engine) {
  return START[engine]();
}
