// @ts-check
/** What a consumer got from the package, and whether it is what it should have got. */

import { setTimeout as pause } from "node:timers/promises";

const SHOW_MS = 30_000;

/**
 * @typedef {import("../browsers.mjs").Engine} Engine
 * @typedef {"process" | Engine} Where
 * @typedef {{ state: "ok" | "failed" | "cannot run", why: string }} Cell
 * @typedef {Partial<Record<Where, Cell>>} Cells
 */

/** @type {Cell} */
const OK = { state: "ok", why: "" };

/** @param {unknown} reason @returns {Cell} */
export const failed = (reason) => ({ state: "failed", why: reason instanceof Error ? reason.message : String(reason) });

/** @param {unknown} reason @returns {Cell} */
export const cannot = (reason) => ({ state: "cannot run", why: reason instanceof Error ? reason.message : String(reason) });

/**
 * @param {any} result What `use` in consumers/shared/use.js gave, or the error that a page got in its place.
 * @param {string | RegExp} expected The simulator that it came from, or the error that was to come.
 * @returns {Cell}
 */
function judged(result, expected) {
  if (expected instanceof RegExp) return expected.test(result?.error) ? OK : failed(`it got ${JSON.stringify(result)}`);
  const { status, created, picture, failure, ...more } = result ?? {};
  const right =
    status === "GENERATING" && created === true && failure === "task-failed" && Object.keys(more).length === 0 &&
    String(picture).startsWith(`${expected}/pictures/success-1s--`);
  return right ? OK : failed(`it got ${JSON.stringify(result)}`);
}

/** The last line that a program printed of that kind. @param {string} output @param {string} asked */
export function lastResult(output, asked) {
  const line = output.split("\n").filter((each) => each.startsWith('{"status"')).at(-1);
  return line ? judged(JSON.parse(line), asked) : failed(`it printed ${JSON.stringify(output.slice(-500))}`);
}

/** @param {string[]} urls @param {string} asked @returns {Promise<Cell>} */
export async function askAll(urls, asked) {
  const cells = await Promise.all(
    urls.map(async (url) => {
      const reply = await fetch(url, { signal: AbortSignal.timeout(SHOW_MS) });
      const text = await reply.text();
      return reply.ok ? judged(JSON.parse(text), asked) : failed(`HTTP ${reply.status}: ${text.slice(0, 500)}`);
    }),
  );
  return cells.find(({ state }) => state !== "ok") ?? OK;
}

/** What a page that was made on the server has in its <pre>. @param {string} url @param {string} asked @returns {Promise<Cell>} */
export async function askForPage(url, asked) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(SHOW_MS) });
  const html = await reply.text();
  const written = /<pre>([^<]*)<\/pre>/.exec(html)?.[1];
  if (!reply.ok || !written) return failed(`HTTP ${reply.status}: ${html.slice(0, 500)}`);
  return judged(JSON.parse(written.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&")), asked);
}

/**
 * Opens a page in all browsers at the same time.
 * @param {string} url
 * @param {Record<Engine, import("../browsers.mjs").Browser | Error>} browsers
 * @param {string | RegExp} expected
 * @returns {Promise<Cells>}
 */
export async function show(url, browsers, expected) {
  const cells = Object.entries(browsers).map(async ([engine, browser]) => {
    if (browser instanceof Error) return [engine, cannot(browser)];
    return [engine, await showIn(browser, url, expected).catch(failed)];
  });
  return Object.fromEntries(await Promise.all(cells));
}

/**
 * @param {import("../browsers.mjs").Browser} browser
 * @param {string} url
 * @param {string | RegExp} expected
 */
async function showIn(browser, url, expected) {
  const page = await browser.open(url);
  try {
    for (const late = Date.now() + SHOW_MS; Date.now() < late; await pause(100)) {
      const result = await page.evaluate("globalThis.result ?? null");
      if (result !== null) return judged(result, expected);
    }
    return failed(`nothing within ${SHOW_MS} ms; errors in the page: ${JSON.stringify(await page.errors())}`);
  } finally {
    await page.close();
  }
}
