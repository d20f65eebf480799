// @ts-check
/** Two entries in one Worker: whichever loads the wasm later leaves the calls of the earlier alone. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { record, sendJson, startUpstream } from "../page/upstream.mjs";
import { startModules } from "../workerd/workerd.mjs";

const DONE = { successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png", originImageUrl: null } };

it("a second entry is loaded while a look of the first is under way", { timeout: 60_000 }, async () => {
  const upstream = await startUpstream((request, response) => {
    const taskId = new URL(request.url ?? "/", "http://x").searchParams.get("taskId") ?? "";
    setTimeout(() => sendJson(response, record({ taskId, ...DONE })), taskId === "slow" ? 800 : 10);
  });
  const { miniflare, url } = await startModules({
    sources: ["tests/gateway/both-worker.mjs"],
    named: {
      "tests/gateway/nanobanana-task/gateway": 'export * from "../../../pkg/gateway.workerd.js";',
      "tests/gateway/nanobanana-task/slim": 'export * from "../../../pkg/slim.js";',
    },
    bindings: { UPSTREAM: upstream.url },
  });
  try {
    /** @param {string} path */
    const ask = async (path) => (await fetch(new URL(path, url))).json();
    const look = ask("/api/v1/nanobanana/record-info?taskId=slow");
    await pause(300);
    const waited = await ask("/wait?taskId=mine");
    assert.deepEqual([waited.taskId, waited.status], ["mine", "SUCCESS"]);
    assert.equal((await look).data.taskId, "slow");
    assert.equal((await ask("/api/v1/nanobanana/record-info?taskId=next")).data.taskId, "next");
  } finally {
    await miniflare.dispose();
    await upstream.stop();
  }
});
