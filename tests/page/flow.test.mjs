// @ts-check
/** Whole waits, from the form to the picture, with the real library, the real server and the simulator behind it. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startPage, startSimulator } from "../processes.mjs";
import { launch, newPage, reaches, waitFor } from "./browser.mjs";

const BOUND = { timeout: 180_000 };
const STORED = "nanobanana-task.wait";
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {Awaited<ReturnType<typeof startPage>>} */
let site;

before(async () => {
  simulator = await startSimulator();
  site = await startPage({ upstream: simulator.url, key: simulator.key, simulator: true });
  browser = await launch();
}, BOUND);

after(async () => {
  await browser?.close();
  await site?.stop();
  await simulator?.stop();
}, BOUND);

/** @param {(visit: Awaited<ReturnType<typeof newPage>>) => Promise<void>} act */
async function visit(act) {
  const opened = await newPage(browser);
  try {
    await opened.page.goto(`${site.url}/`);
    await opened.page.locator("#ways").waitFor();
    await act(opened);
  } finally {
    await opened.context.close();
  }
}

/**
 * What arrived at the simulator for a task.
 * @param {string} taskId
 * @returns {Promise<{ looks: { rightKey: boolean, headers: string[] }[], maxInFlight: number, inFlight: number }>}
 */
async function log(taskId) {
  const reply = await fetch(`${simulator.url}/simulator/log?taskId=${encodeURIComponent(taskId)}`);
  return reply.json();
}

/** @param {import("playwright-core").Page} page */
async function pictureWidth(page) {
  await page.waitForFunction(() => /** @type {HTMLImageElement} */ (document.getElementById("picture")).naturalWidth > 0);
  return page.evaluate(() => /** @type {HTMLImageElement} */ (document.getElementById("picture")).naturalWidth);
}

describe("a wait", BOUND, () => {
  it("runs from a scenario to its picture by keyboard alone, showing progress on the way", () =>
    visit(async ({ page, complaints }) => {
      const focused = () => page.evaluate(() => document.activeElement?.id || `${document.activeElement?.getAttribute("name")} ${document.activeElement?.getAttribute("value")}`);
      /** @type {string[]} */
      const path = [];
      for (let step = 0; step < 3; step++) {
        await page.keyboard.press("Tab");
        path.push(await focused());
        if (path.at(-1) === "scenario") {
          assert.ok((await page.locator("#scenario option").count()) > 20);
          await page.keyboard.press("ArrowDown");
          assert.equal(await page.locator("#scenario").inputValue(), "success-8s");
        }
      }
      assert.deepEqual(path, ["way scenario", "scenario", "go"]);
      await page.keyboard.press("Enter");
      await reaches(page, "waiting");
      assert.equal(await focused(), "word");
      await page.keyboard.press("Tab");
      assert.equal(await focused(), "stop");
      assert.equal(await page.locator("#stage").getAttribute("aria-busy"), "true");

      await page.locator("#word", { hasText: "Generating" }).waitFor();
      const bar = page.getByRole("progressbar", { name: "Estimated progress" });
      /** @type {number[]} */
      const values = [];
      for (let look = 0; look < 3; look++) {
        values.push(await bar.evaluate((element) => /** @type {HTMLProgressElement} */ (element).value));
        assert.match((await page.locator("#next-look").textContent()) ?? "", /^(now|in \d+ s)$/);
        await pause(1_500);
      }
      assert.ok(values.every((value) => value >= 0 && value < 1), `${values}`);
      // Between looks too: the second look at a new task comes after several seconds.
      assert.ok(values.every((value, at) => at === 0 || value > Number(values[at - 1])), `${values}`);

      assert.equal(await reaches(page, "succeeded", 30_000), "Ready");
      assert.ok((await pictureWidth(page)) > 0);
      assert.equal(await focused(), "word");
      await page.keyboard.press("Tab");
      assert.equal(await focused(), "open");
      assert.deepEqual(complaints, []);
    }));

  it("begins with a prompt, which then describes the picture", () =>
    visit(async ({ page, complaints }) => {
      await page.getByRole("radio", { name: "New picture" }).check();
      const prompt = "A boat <i>at rest</i> simulate:success-1s";
      await page.getByRole("textbox", { name: "What the picture shows" }).fill(prompt);
      await page.getByRole("button", { name: "Make the picture" }).click();
      await reaches(page, "succeeded");
      assert.ok((await pictureWidth(page)) > 0);
      assert.equal(await page.locator("#picture").getAttribute("alt"), prompt);
      assert.deepEqual(complaints, []);
    }));

  it("says so where no picture could be started, and brings the reader back to the prompt", () =>
    visit(async ({ page }) => {
      await page.route("**/generate", (route) => route.abort());
      await page.getByRole("radio", { name: "New picture" }).check();
      await page.getByRole("textbox", { name: "What the picture shows" }).fill("a boat");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator("#prompt-error", { hasText: "could not be started" }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.id), "prompt");
      assert.equal(await page.locator("#stage").getAttribute("data-state"), "idle");
    }));

  it("rides out connections that break, and says so meanwhile", () =>
    visit(async ({ page }) => {
      await waitFor(page, "script.pending.reset-body*2.pending.success--broken");
      // The page reaches its Worker all the while: that one says what it met.
      await page.locator("#problem", { hasText: "trouble of its own" }).waitFor();
      assert.equal(await page.locator("#word").textContent(), "Generating");
      await reaches(page, "succeeded", 40_000);
      assert.equal(await page.locator("#problem").isVisible(), false);
    }));

  it("ends at Stop: nothing more is sent, and the wait can be taken up again", () =>
    visit(async ({ page }) => {
      const taskId = "pending--stop";
      await waitFor(page, taskId);
      while ((await log(taskId)).looks.length < 2) await pause(100);
      await page.getByRole("button", { name: "Stop waiting" }).click();
      assert.equal(await reaches(page, "stopped"), "Stopped");
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      // The page's own: its Worker learns by a heartbeat that nobody watches, and looks until then.
      /** @type {string[]} */
      const sent = [];
      page.on("request", (request) => sent.push(request.url()));
      await pause(8_000);
      assert.equal(sent.join(), "");
      await page.getByRole("button", { name: "Go on waiting" }).click();
      while (sent.length === 0) await pause(100);
      assert.ok(sent[0]?.endsWith(`record-info?taskId=${taskId}`), sent[0]);
    }));

  it("goes on after a reload: same start, same task, one look at a time", () =>
    visit(async ({ page }) => {
      const taskId = "success-9s--reload";
      await waitFor(page, taskId);
      await page.locator("#elapsed", { hasText: /^[3-9] s$/ }).waitFor();
      const before = JSON.parse(await page.evaluate((place) => sessionStorage.getItem(place) ?? "", STORED));
      await page.reload();
      await reaches(page, "waiting");
      const seconds = Number.parseInt((await page.locator("#elapsed").textContent()) ?? "", 10);
      assert.ok(seconds >= 3, `${seconds}`);
      await page.locator("#word", { hasText: "Generating" }).waitFor();
      const after = JSON.parse(await page.evaluate((place) => sessionStorage.getItem(place) ?? "", STORED));
      assert.deepEqual(after, before);
      await reaches(page, "succeeded", 30_000);
      assert.equal(await page.locator("#picture").getAttribute("alt"), `Result of task ${taskId}`);
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      await page.reload();
      await page.locator("#ways").waitFor();
      assert.equal(await page.locator("#stage").getAttribute("data-state"), "idle");
      const { looks, maxInFlight } = await log(taskId);
      assert.ok(looks.length >= 3 && looks.every((look) => look.rightKey));
      assert.equal(maxInFlight, 1);
    }));

  it("is told to a screen reader by its changes", () =>
    visit(async ({ page }) => {
      await page.evaluate(() => {
        const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
        const heard = /** @type {(string | null)[]} */ ([]);
        new MutationObserver(() => heard.push(announcer.textContent)).observe(announcer, { childList: true });
        Object.assign(globalThis, { heard });
      });
      await waitFor(page, "script.pending*2.http-502.pending.success--told");
      await reaches(page, "succeeded", 60_000);
      const heard = await page.evaluate(() => /** @type {any} */ (globalThis).heard);
      const expected = ["Looking.", "Generating.", "The API has trouble of its own, or cannot be reached. The page keeps trying.", "Generating."];
      assert.deepEqual(heard.slice(0, 4), expected);
      assert.equal(heard.at(-1), "Ready. The picture is shown.");
      assert.equal(await page.locator("#announcer").getAttribute("aria-live"), "polite");
      assert.equal(await page.locator("[aria-live], [role=status], [role=alert]").count(), 1);
    }));

  it("leaves the focus where somebody is typing", () =>
    visit(async ({ page }) => {
      await waitFor(page, "success-3s--typing");
      await page.getByRole("textbox", { name: "Task id" }).focus();
      await reaches(page, "succeeded");
      assert.equal(await page.evaluate(() => document.activeElement?.id), "task");
    }));

  it("is replaced by the next one", () =>
    visit(async ({ page }) => {
      await waitFor(page, "pending--old");
      while ((await log("pending--old")).looks.length < 1) await pause(50);
      await waitFor(page, "pending--new");
      while ((await log("pending--new")).looks.length < 1) await pause(50);
      const old = (await log("pending--old")).looks.length;
      while ((await log("pending--new")).looks.length < 2) await pause(100);
      assert.equal((await log("pending--old")).looks.length, old);
      assert.equal(await page.locator("#task-name").textContent(), "pending--new");
    }));
});

describe("the key", BOUND, () => {
  it("is nowhere that the browser can see, even where the API repeats it", () =>
    visit(async ({ page, complaints }) => {
      /** @type {string[]} */
      const seen = [];
      /** @type {Promise<unknown>[]} */
      const reading = [];
      page.on("request", (request) => seen.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ""));
      page.on("response", (response) => {
        reading.push(response.allHeaders().then((headers) => seen.push(JSON.stringify(headers))).catch(() => {}));
        reading.push(response.text().then((text) => seen.push(text)).catch(() => {}));
      });
      await page.reload();
      await page.locator("#ways").waitFor();
      await waitFor(page, "http-401-echo-key--secret");
      assert.equal(await reaches(page, "failed"), "The API refused access");
      await waitFor(page, "success-1s--secret");
      await reaches(page, "succeeded");
      await pictureWidth(page);
      // What the browser keeps of a stream that the page has left is nothing: it is asked for once more, to its end.
      seen.push(await page.evaluate(async () => {
        const address = "/api/v1/nanobanana/record-info?taskId=http-401-echo-key--secret";
        return (await fetch(address, { headers: { Accept: "text/event-stream" } })).text();
      }));
      seen.push(await page.content(), ...complaints);
      seen.push(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie, location.href])));
      await Promise.all(reading);
      assert.ok(seen.some((text) => text.includes("http-401-echo-key--secret")), "nothing was seen at all");
      assert.ok(seen.some((text) => /"msg":"[^"]*\[key\]/.test(text)), "the API did not repeat the key");
      assert.equal(seen.findIndex((text) => text.includes(simulator.key)), -1);
      assert.ok((await log("success-1s--secret")).looks.every((look) => look.rightKey));
    }));
});

describe("the content policy", BOUND, () => {
  it("stops what the page does not do itself", () =>
    visit(async ({ page, complaints }) => {
      assert.equal(complaints.length, 0);
      const ran = await page.evaluate(async () => {
        const script = document.createElement("script");
        script.textContent = "globalThis.ran = true";
        document.body.append(script);
        document.body.setAttribute("style", "color: red");
        await fetch("https://example.com/").catch(() => {});
        return "ran" in globalThis;
      });
      await pause(300);
      assert.equal(ran, false);
      for (const rule of ["script-src-elem", "style-src-attr", "connect-src"]) assert.ok(complaints.some((text) => text.startsWith(`policy: ${rule}`)), `${rule}: ${complaints}`);
    }));
});
