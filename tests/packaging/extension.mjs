// @ts-check
/**
 * The extension of docs/extension.md, as it stands there, in Chromium: its service worker outlives the 30 s after which Chromium stops one
 * that waits, and where it is stopped all the same it goes on with its wait. A worker that waits without the recipe is stopped.
 */

import { copyFile, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { startWithExtensions } from "../browsers/extensions.mjs";
import { blocksOf } from "../docs/blocks.mjs";
import { cannot, failed } from "./result.mjs";

const PAGE = "docs/extension.md";
/** Chromium looks for idle workers now and then: this is well after 30 s. */
const STOPPED_MS = 50_000;
/** The task ends after that, and the alarm comes every 30 s. */
const TASK = "success-55s";
const RESUMED_MS = 90_000;

/** @param {import("./place.mjs").Place} place @returns {Promise<import("./result.mjs").Cells>} */
export async function extension(place) {
  if (place.chromium instanceof Error) return { chromium: cannot(place.chromium) };
  const port = await place.freePort();
  const gateway = `http://127.0.0.1:${port}`;
  await place.starts("node", ["node-http.mjs", String(port)], port);

  const [manifest, background] = blocksOf(PAGE, await readFile(new URL(`../../${PAGE}`, import.meta.url), "utf8"));
  const plain = await readFile(place.at("plain.js"), "utf8");
  for (const [folder, code] of Object.entries({ recipe: background?.text ?? "", plain })) {
    await place.write(`${folder}.ts`, code.replaceAll("https://app.example", gateway));
    await place.run("esbuild", [`${folder}.ts`, "--bundle", "--format=esm", `--outfile=${folder}/background.js`]);
    await place.write(`${folder}/manifest.json`, String(manifest?.text).replaceAll("https://app.example", gateway));
    await copyFile(place.at("page.html"), place.at(`${folder}/page.html`));
  }
  await place.holdsOneWasm("recipe");

  const browser = await startWithExtensions();
  try {
    const [recipe, control] = [await browser.load(place.at("recipe")), await browser.load(place.at("plain"))];
    const inPage = (/** @type {string} */ id, /** @type {string} */ expression) => browser.evaluate(`chrome-extension://${id}/page.html`, expression);
    const stored = async () => /** @type {Record<string, unknown>} */ (await inPage(recipe, "chrome.storage.local.get()"));
    const taskId = `${TASK}--${crypto.randomUUID()}`;
    for (const id of [recipe, control]) await inPage(id, `void chrome.runtime.sendMessage(${JSON.stringify({ taskId })})`);
    const first = await browser.worker(recipe);
    if (!first || !(await browser.worker(control))) return { chromium: failed("a service worker does not run") };

    await pause(STOPPED_MS);
    if (await browser.worker(control)) return { chromium: failed("a worker that only waits is not stopped: the recipe has nothing to do") };
    if ((await browser.worker(recipe)) !== first) return { chromium: failed(`the worker was stopped; it has stored ${JSON.stringify(await stored())}`) };
    if (!(`wait:${taskId}` in (await stored()))) return { chromium: failed("no handle is stored") };

    await browser.stopWorkers();
    if ((await browser.worker(recipe)) === first) return { chromium: failed("the worker could not be stopped") };
    for (const late = Date.now() + RESUMED_MS; Date.now() < late; await pause(1_000)) {
      const { [`picture:${taskId}`]: picture, [`failure:${taskId}`]: failure } = await stored();
      if (failure) return { chromium: failed(failure) };
      if (picture) return { chromium: picture === `${place.api}/pictures/${taskId}.png` ? { state: "ok", why: "" } : failed(picture) };
    }
    return { chromium: failed(`nobody went on with the wait; stored is ${JSON.stringify(await stored())}`) };
  } finally {
    await browser.stop();
  }
}
