import * as api from "nanobanana-task";
import { expect, it } from "vitest";
import { use } from "./use.js";

// jsdom has a document, so this counts as a page, which may send no key without saying so.
it("uses the package with jsdom's globals", { timeout: 20_000 }, async () => {
  expect(document.defaultView?.AbortController).toBe(AbortController);
  const result = await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY, dangerouslyAllowBrowser: true });
  expect(result.status).toBe("GENERATING");
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(api.waitForTask("pending", { baseUrl: process.env.API, signal })).rejects.toThrow("stopped");
  console.log(JSON.stringify(result));
});
