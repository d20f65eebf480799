// @ts-check
/** What is different in a page, which is where a `document` exists. This file has a process of its own, and makes itself look like one. */

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { TaskError, createClient, getTaskDetails, waitForTask } from "../../pkg/index.js";
import { answering, success } from "../behaviour/world.mjs";

const PATH = "/api/v1/nanobanana/record-info?taskId=t";
/** @type {any} */
const globals = globalThis;

/** @param {string} origin */
function enterPage(origin) {
  globals.document = {};
  globals.location = { origin, href: origin === "null" ? "about:srcdoc" : `${origin}/some/page?query#fragment` };
}

afterEach(() => {
  delete globals.document;
  delete globals.location;
});

/** @param {import("../../pkg/index.js").WaitOptions} options */
async function addressFor(options) {
  const fetch = answering(success());
  await waitForTask("t", { ...options, fetch });
  return fetch.requests[0]?.url;
}

describe("a key in a page", { timeout: 20_000 }, () => {
  for (const [what, apiKey] of /** @type {const} */ ([["text", "sekret"], ["function", () => "sekret"]])) {
    for (const dangerouslyAllowBrowser of [undefined, false, /** @type {any} */ ("true"), /** @type {any} */ (1)]) {
      it(`is refused as ${what} with dangerouslyAllowBrowser ${JSON.stringify(dangerouslyAllowBrowser)}`, async () => {
        enterPage("https://app.example");
        const fetch = answering(success());
        const options = { apiKey, dangerouslyAllowBrowser, fetch };
        for (const call of [() => getTaskDetails("t", options), () => waitForTask("t", options), () => createClient(options).getTaskDetails("t")]) {
          const error = await call().catch((reason) => reason);
          assert.ok(error instanceof TaskError, String(error));
          assert.deepEqual([error.kind, error.attempts, error.handle], ["invalid-argument", 0, null]);
          assert.match(error.message, /dangerouslyAllowBrowser/);
          assert.ok(!`${error.message}${error.stack}`.includes("sekret"));
        }
        assert.equal(fetch.requests.length, 0);
      });
    }
    it(`goes out as ${what} where dangerouslyAllowBrowser is true`, async () => {
      enterPage("https://app.example");
      const fetch = answering(success());
      await getTaskDetails("t", { apiKey, dangerouslyAllowBrowser: true, fetch });
      assert.equal(fetch.requests[0]?.headers.get("authorization"), "Bearer sekret");
    });
  }

  it("is taken where there is a location but neither a document nor a browser", async () => {
    globals.location = { origin: "https://app.example" };
    const fetch = answering(success());
    await getTaskDetails("t", { apiKey: "k", fetch });
    assert.equal(fetch.requests[0]?.url, `https://api.nanobananaapi.ai${PATH}`);
  });
});

describe("baseUrl in a page", { timeout: 20_000 }, () => {
  /** @type {[baseUrl: string | URL | undefined, expected: string][]} */
  const cases = [
    [undefined, "https://app.example:8443"],
    ["/gateway", "https://app.example:8443/gateway"],
    ["/gateway/", "https://app.example:8443/gateway"],
    ["https://api.example/v2", "https://api.example/v2"],
    [new URL("https://api.example"), "https://api.example"],
  ];
  for (const [baseUrl, expected] of cases) {
    it(`${baseUrl ?? "not given"} means ${expected}`, async () => {
      enterPage("https://app.example:8443");
      assert.equal(await addressFor({ baseUrl }), `${expected}${PATH}`);
    });
  }

  it("is needed where the page has no origin", async () => {
    enterPage("null");
    const error = await getTaskDetails("t", { fetch: answering(success()) }).catch((reason) => reason);
    assert.ok(error instanceof TaskError && error.kind === "invalid-argument" && /baseUrl/.test(error.message), String(error));
  });

  it("is needed in a sandboxed frame, which has an address but no origin", async () => {
    enterPage("null");
    globals.location = { origin: "null", href: "https://app.example/frame" };
    const error = await getTaskDetails("t", { fetch: answering(success()) }).catch((reason) => reason);
    assert.ok(error instanceof TaskError && /baseUrl/.test(error.message), String(error));
  });

  it("is needed in a page that was opened as a file, and the error says that it has no origin", async () => {
    enterPage("null");
    globals.location = { origin: "null", href: "file:///home/me/page.html" };
    for (const baseUrl of [undefined, "/gateway"]) {
      const error = await getTaskDetails("t", { baseUrl, fetch: answering(success()) }).catch((reason) => reason);
      assert.ok(error instanceof TaskError && error.kind === "invalid-argument", String(error));
      assert.match(error.message, /no http origin/);
      assert.match(error.message, /baseUrl/);
    }
  });

  it("is enough where the page has no origin", async () => {
    enterPage("null");
    assert.equal(await addressFor({ baseUrl: "https://api.example" }), `https://api.example${PATH}`);
  });
});

it("a page's request bypasses the cache and brings no header that pages may not set", { timeout: 20_000 }, async () => {
  enterPage("https://app.example");
  const fetch = answering(success());
  await getTaskDetails("t", { fetch });
  assert.equal(fetch.requests[0]?.cache, "no-store");
  assert.deepEqual([...(fetch.requests[0]?.headers.keys() ?? [])], ["accept"]);
});
