// @ts-check
/** Every state of the page, in words, against replies and failures that are exact: one by one, the real library or its stand-in. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newKey, startPage } from "../processes.mjs";
import { launch, newPage, reaches, standInForLibrary, waitFor } from "./browser.mjs";
import { record, sendJson, startUpstream } from "./upstream.mjs";

const BOUND = { timeout: 120_000 };
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
/** @type {Awaited<ReturnType<typeof startPage>>} */
let site;

/** What the API says to each task id. @type {Record<string, (response: import("node:http").ServerResponse) => void>} */
const replies = {
  ok: (response) => sendJson(response, record({ successFlag: 1, response: { resultImageUrl: `${site.url}/favicon.svg`, originImageUrl: null } })),
  origin: (response) => sendJson(response, record({ successFlag: 1, response: { resultImageUrl: `${site.url}/favicon.svg`, originImageUrl: "https://example.com/o.jpg" } })),
  dead: (response) => sendJson(response, record({ successFlag: 1, response: { resultImageUrl: `${site.url}/gone.png`, originImageUrl: null } })),
  script: (response) => sendJson(response, record({ successFlag: 1, response: { resultImageUrl: "javascript:document.body.remove()", originImageUrl: "javascript:1" } })),
  html: (response) => sendJson(response, record({ successFlag: 3, errorCode: 1, errorMessage: HTML })),
  created: (response) => sendJson(response, record({ successFlag: 2, errorCode: 400, errorMessage: "no credit" })),
  denied: (response) => sendJson(response, { code: 401, msg: "You do not have access permissions" }),
  poor: (response) => sendJson(response, { code: 402, msg: "Insufficient credits" }, 402),
  pending: (response) => sendJson(response, record()),
};
const HTML = '<img src=x onerror="document.title=1"><script>document.title=1</script><a href="https://evil.example">x</a>';

before(async () => {
  upstream = await startUpstream((request, response) => {
    const id = new URL(request.url ?? "/", "http://x").searchParams.get("taskId") ?? "";
    const reply = replies[id];
    if (reply) reply(response);
    else sendJson(response, { code: 404, msg: "Task not found" }, 404);
  });
  site = await startPage({ upstream: upstream.url, key: newKey() });
  browser = await launch();
}, BOUND);

after(async () => {
  await browser?.close();
  await Promise.all([site?.stop(), upstream?.stop()]);
}, BOUND);

/**
 * @param {(page: import("playwright-core").Page, complaints: string[]) => Promise<void>} act
 * @param {{ standIn?: boolean, query?: string }} [options]
 */
async function visit(act, { standIn = false, query = "" } = {}) {
  const { context, page, complaints } = await newPage(browser);
  try {
    if (standIn) await standInForLibrary(page);
    await page.goto(`${site.url}/${query}`);
    await act(page, complaints);
  } finally {
    await context.close();
  }
}

/** @param {import("playwright-core").Page} page */
function scriptAddresses(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("[href], [src]")]
      .map((element) => element.getAttribute("href") ?? element.getAttribute("src"))
      .filter((address) => address?.includes("script:")),
  );
}

describe("with the library", BOUND, () => {
  it("shows the picture, with its words, link and address, and is clean of complaints", () =>
    visit(async (page, complaints) => {
      await waitFor(page, "  ok  ");
      assert.equal(await reaches(page, "succeeded"), "Ready");
      const picture = page.getByRole("img", { name: "Result of task ok" });
      await page.waitForFunction(() => (/** @type {HTMLImageElement} */ (document.getElementById("picture")).naturalWidth > 0));
      assert.equal(await picture.getAttribute("src"), `${site.url}/favicon.svg`);
      const link = page.getByRole("link", { name: "Open the picture" });
      assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("rel")], [`${site.url}/favicon.svg`, "noopener noreferrer"]);
      assert.equal(await page.locator("#address").textContent(), `${site.url}/favicon.svg`);
      assert.equal(await page.locator("#original").isVisible(), false);
      assert.equal(await page.locator("#stage").getAttribute("aria-busy"), "false");
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      assert.deepEqual(complaints, []);
    }));

  it("counts down for the original", () =>
    visit(async (page) => {
      await waitFor(page, "origin");
      await reaches(page, "succeeded");
      assert.equal(await page.getByRole("link", { name: "Open the original" }).getAttribute("href"), "https://example.com/o.jpg");
      assert.match((await page.locator("#original-left").textContent()) ?? "", /^It can be had for (10 min 0 s|9 min 5\d s) more\.$/);
      await page.getByText(/for 9 min 5[0-8] s more/).waitFor();
    }));

  it("says so when the picture does not load, and keeps its link", () =>
    visit(async (page) => {
      await waitFor(page, "dead");
      await reaches(page, "succeeded");
      await page.locator("#picture-problem", { hasText: "could not be shown here" }).waitFor();
      assert.equal(await page.locator("#picture").isVisible(), false);
      assert.equal(await page.getByRole("link", { name: "Open the picture" }).getAttribute("href"), `${site.url}/gone.png`);
    }));

  it("never makes a link or a picture of a javascript: address", () =>
    visit(async (page, complaints) => {
      await waitFor(page, "script");
      await page.locator('#stage[data-state="failed"], #stage[data-state="succeeded"], #problem:not([hidden])').first().waitFor();
      assert.deepEqual(await scriptAddresses(page), []);
      assert.deepEqual(complaints, []);
    }));

  it("shows the API's text as text", () =>
    visit(async (page, complaints) => {
      await waitFor(page, "html");
      assert.equal(await reaches(page, "failed"), "The picture could not be made");
      await page.getByText(HTML, { exact: true }).waitFor();
      assert.equal(await page.locator("#stage script, #stage a[href*=evil], #facts img").count(), 0);
      assert.match(await page.title(), /^The picture could not be made/);
      assert.deepEqual(complaints, []);
    }));

  it("says what to do next for failures that end a wait at once", () =>
    visit(async (page) => {
      /** @type {[string, string, RegExp, boolean][]} */
      const cases = [
        ["created", "The task could not be created", /make a new one/, false],
        ["denied", "The API refused access", /key.*IP.*credit/, true],
        ["poor", "No credit left", /Top up/, true],
      ];
      for (const [id, title, next, again] of cases) {
        await waitFor(page, id);
        await page.locator("#task-name", { hasText: id }).waitFor();
        assert.equal(await reaches(page, "failed"), title);
        assert.match((await page.locator("#next").textContent()) ?? "", next);
        assert.equal(await page.getByRole("button", { name: "Try again" }).isVisible(), again, id);
      }
    }));

  it("fills the box from the address, and starts nothing by itself", () =>
    visit(
      async (page) => {
        assert.equal(await page.getByRole("textbox", { name: "Task id" }).inputValue(), "ok <b>");
        assert.equal(await page.locator("#stage").getAttribute("data-state"), "idle");
        await page.getByRole("textbox", { name: "Task id" }).fill("   ");
        await page.getByRole("button", { name: "Start waiting" }).click();
        await page.getByText("Enter a task id.").waitFor();
        assert.equal(await page.locator("#task").getAttribute("aria-invalid"), "true");
        assert.equal(await page.evaluate(() => document.activeElement?.id), "task");
      },
      { query: "?taskId=%20ok%20%3Cb%3E%20" },
    ));

  it("offers no scenario and no prompt where no simulator is behind it", () =>
    visit(async (page) => {
      await page.waitForLoadState("networkidle");
      assert.equal(await page.getByRole("radio").count(), 0);
      assert.equal(await page.getByRole("textbox").count(), 1);
    }));
});

describe("with the library's stand-in", BOUND, () => {
  /** @type {[string, string, RegExp, string | null][]} */
  const FAILURES = [
    ["fails.timed-out", "Not ready yet", /Go on waiting/, "Go on waiting"],
    ["fails.not-found", "No such task", /Compare the id/, "Try again"],
    ["fails.unauthorized", "The API refused access", /its API key, the key’s list of allowed IP addresses, and the account’s credit/, "Try again"],
    ["fails.payment-required", "No credit left", /Top up the account/, "Try again"],
    ["fails.forbidden", "The API does not allow this", /may lack the right/, "Try again"],
    ["fails.bad-request", "The API did not accept the question", /Check the task id/, "Try again"],
    ["fails.rate-limited", "Too many questions at once", /Wait a minute/, "Try again"],
    ["fails.server", "The API has trouble of its own", /in a minute/, "Try again"],
    ["fails.network", "No connection", /is online/, "Try again"],
    ["fails.invalid-reply", "The answer made no sense", /upstream address/, "Try again"],
    ["fails.invalid-argument", "The wait could not start", /Nothing was sent/, null],
    ["fails.task.CREATE_TASK_FAILED", "The task could not be created", /make a new one/, null],
    ["fails.task.GENERATE_FAILED", "The picture could not be made", /Change the prompt/, null],
    ["throws", "Something unexpected happened", /Reload/, null],
  ];

  it("has words and a next step for each kind of failure", () =>
    visit(
      async (page, complaints) => {
        for (const [id, title, next, again] of FAILURES) {
          await waitFor(page, id);
          await page.locator("#task-name", { hasText: id }).waitFor();
          assert.equal(await reaches(page, "failed"), title, id);
          assert.match((await page.locator("#next").textContent()) ?? "", next, id);
          assert.equal(await page.locator("#announcer").textContent(), `${title}. ${await page.locator("#next").textContent()}`);
          const button = page.locator("#again");
          assert.equal((await button.isVisible()) ? await button.textContent() : null, again, id);
          assert.equal(await page.evaluate(() => sessionStorage.length), 0, id);
        }
        assert.deepEqual(complaints, []);
      },
      { standIn: true },
    ));

  it("goes on from the handle", () =>
    visit(
      async (page) => {
        await waitFor(page, "fails.timed-out");
        await reaches(page, "failed");
        assert.equal(await page.locator("html").getAttribute("data-resumed"), null);
        await page.getByRole("button", { name: "Go on waiting" }).click();
        await page.locator('html[data-resumed="fails.timed-out"]').waitFor({ state: "attached" });
      },
      { standIn: true },
    ));

  it("says which problem is being ridden out, once and in plain words", () =>
    visit(
      async (page) => {
        for (const [kind, words] of Object.entries({ network: "did not get through", server: "trouble of its own", "rate-limited": "slower pace", "not-found": "does not know this task yet", "invalid-reply": "could not be understood" })) {
          await waitFor(page, `rides.${kind}`);
          await page.locator("#problem", { hasText: words }).waitFor();
          assert.equal(await page.locator("#word").textContent(), "Generating");
          assert.equal(await page.locator("#attempt").textContent(), "2");
          assert.equal(await page.locator("#announcer").textContent(), await page.locator("#problem").textContent());
          const bar = page.getByRole("progressbar", { name: "Estimated progress" });
          assert.match((await bar.getAttribute("aria-valuetext")) ?? "", /^about 2[5-7] %$/);
        }
        // The clock runs on; what a screen reader hears does not.
        const spoken = await page.evaluate(async () => {
          /** @type {(string | null)[]} */
          const heard = [];
          const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
          const elapsed = /** @type {HTMLElement} */ (document.getElementById("elapsed"));
          const watch = new MutationObserver(() => heard.push(announcer.textContent));
          watch.observe(announcer, { childList: true, characterData: true, subtree: true });
          const before = elapsed.textContent;
          await new Promise((resolve) => setTimeout(resolve, 2_200));
          watch.disconnect();
          return { heard, moved: elapsed.textContent !== before };
        });
        assert.deepEqual(spoken, { heard: [], moved: true });
      },
      { standIn: true },
    ));

  it("writes a javascript: address out, and makes neither link nor picture of it", () =>
    visit(
      async (page, complaints) => {
        await waitFor(page, "script");
        await reaches(page, "succeeded");
        await page.getByText("javascript:document.body.remove()", { exact: true }).waitFor();
        await page.getByText(/no web link/).waitFor();
        assert.deepEqual(await scriptAddresses(page), []);
        assert.equal(await page.getByRole("link").count(), 0);
        assert.deepEqual(complaints, []);
      },
      { standIn: true },
    ));

  it("says when the original has expired, and takes its link away", () =>
    visit(
      async (page) => {
        await waitFor(page, "origin.1500");
        await reaches(page, "succeeded");
        await page.getByRole("link", { name: "Open the original" }).waitFor();
        await page.getByText(/The original has expired/).waitFor();
        assert.equal(await page.locator("#open-original").isVisible(), false);
        assert.equal(await page.locator("#open-original").getAttribute("href"), null);
      },
      { standIn: true },
    ));
});
