// @ts-check
import assert from "node:assert/strict";
import { it } from "node:test";
import { startWorkerd } from "./workerd.mjs";

it("in a Worker the default entry says which one it should have been", { timeout: 30_000 }, async () => {
  const { miniflare, url } = await startWorkerd({ worker: "default-entry.mjs", condition: "default", bindings: {} });
  try {
    const { ours, kind, message } = await (await fetch(url)).json();
    assert.deepEqual([ours, kind], [true, "invalid-argument"], message);
    assert.match(message, /workerd condition/);
  } finally {
    await miniflare.dispose();
  }
});
