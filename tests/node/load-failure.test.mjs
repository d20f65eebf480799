// @ts-check
/** Where WebAssembly does not start, as under a strict Content-Security-Policy. This file has a process of its own. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { TaskError, createClient, getTaskDetails, waitForTask } from "../../pkg/index.js";
import { answering, success } from "../behaviour/world.mjs";

it("each call says why, and the one after the trouble is over works", { timeout: 20_000 }, async () => {
  const fetch = answering(success());
  const { instantiate } = WebAssembly;
  const blocked = new WebAssembly.CompileError("Refused to compile: 'wasm-eval' is not allowed");
  let tries = 0;
  WebAssembly.instantiate = /** @type {any} */ (async () => {
    tries += 1;
    throw blocked;
  });
  try {
    for (const call of [() => getTaskDetails("t", { fetch }), () => waitForTask("t", { fetch }), () => createClient({ fetch }).waitForTask("t")]) {
      const error = await call().catch((reason) => reason);
      assert.ok(error instanceof TaskError, String(error));
      assert.equal(error.kind, "invalid-argument");
      assert.equal(error.cause, blocked);
      assert.match(error.message, /wasm-unsafe-eval/);
      assert.deepEqual(
        { ...error, details: error.details },
        { kind: "invalid-argument", taskId: "", retryable: false, httpStatus: null, code: null, apiMessage: "", retryAfterMs: null, attempts: 0, elapsedMs: 0, handle: null, details: null },
      );
    }
    const together = await Promise.allSettled(Array.from({ length: 10 }, () => getTaskDetails("t", { fetch })));
    assert.ok(together.every((each) => each.status === "rejected" && each.reason instanceof TaskError));
    assert.equal(tries, 4, "each call tries again, those at once together");
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  assert.equal(fetch.requests.length, 0, "requests");
  assert.equal((await getTaskDetails("t", { fetch })).status, "SUCCESS");
  assert.equal((await waitForTask("t", { fetch })).status, "SUCCESS");
});
