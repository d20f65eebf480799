// @ts-check
/** The page's spans of time in words. What it says of each failure is tested where it is shown. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { durationWords, failureWords, nextLookWords, originalWords, percentWords, progressAt } from "../../www/words.js";

it("durations", () => {
  const said = [-5, 0, 999, 59_999, 60_000, 3_599_999, 3_600_000, 90_061_000].map(durationWords);
  assert.deepEqual(said, ["0 s", "0 s", "0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "25 h 1 min"]);
});

it("the next look", () => {
  assert.deepEqual([null, -1, 0, 1, 1000, 1001].map(nextLookWords), ["now", "now", "now", "in 1 s", "in 1 s", "in 2 s"]);
});

it("the original's time left: never 0 while there is some, and an end", () => {
  assert.match(originalWords(600_000), /10 min 0 s more/);
  assert.match(originalWords(1), / 1 s more/);
  assert.match(originalWords(0), /has expired/);
  assert.match(originalWords(null), /10 minutes only/);
});

it("shares", () => {
  assert.deepEqual([0, 0.254, 1].map(percentWords), ["about 0 %", "about 25 %", "about 100 %"]);
});

it("the bar between two looks: it goes on, ever slower, and stays below its end", () => {
  const at = [0, 60_000, 120_000, 3_600_000].map((now) => progressAt({ lookedAt: 0, progress: 0.5 }, now));
  assert.deepEqual(at.slice(0, 3), [0.5, 0.75, 0.875]);
  assert.ok(Number(at[3]) < 1);
  assert.equal(progressAt({ lookedAt: 1_000, progress: 0.5 }, 0), 0.5);
});

it("failures that share a kind and want another next step", () => {
  const error = (/** @type {object} */ fields) => /** @type {any} */ ({ details: null, code: null, cause: undefined, ...fields });
  assert.match(failureWords(error({ kind: "invalid-argument", cause: new Error("blocked") })).title, /WebAssembly/);
  assert.doesNotMatch(failureWords(error({ kind: "invalid-argument" })).title, /WebAssembly/);
  assert.match(failureWords(error({ kind: "invalid-reply", code: 200 })).title, /without a picture/);
  assert.doesNotMatch(failureWords(error({ kind: "invalid-reply" })).title, /picture/);
});
