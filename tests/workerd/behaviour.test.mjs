// @ts-check
/** All behaviours in workerd, the runtime of Cloudflare Workers, over real sockets. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { LIMIT_MS, behaviours, logOf } from "../behaviour/all.mjs";
import { fresh } from "../behaviour/world.mjs";
import { wordsOf } from "../engines/words.mjs";
import { startSimulator } from "../processes.mjs";
import { startWorkerd } from "./workerd.mjs";

const BOUND = { timeout: 30_000 };
const record = wordsOf("workerd");

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
/** @type {Awaited<ReturnType<typeof startWorkerd>>} */
let workerd;

before(async () => {
  simulator = await startSimulator();
  const bindings = { BASE_URL: simulator.url, OTHER_ORIGIN: simulator.otherUrl, KEY: simulator.key };
  workerd = await startWorkerd({ worker: "worker.mjs", condition: "workerd", bindings });
}, BOUND);
after(record.print);
after(() => Promise.all([workerd?.miniflare.dispose(), simulator?.stop()]), BOUND);

/** @param {string} path @param {RequestInit} [init] */
const ask = (path, init) => fetch(new URL(path, workerd.url), init);

it("the package is imported through its workerd entry", BOUND, async () => {
  assert.deepEqual(await (await ask("/exports")).json(), ["TaskError", "createClient", "getTaskDetails", "parseTaskHandle", "waitForTask", "watchTask"]);
});

for (const alone of [false, true]) {
  describe(alone ? "one at a time" : "side by side, each in a request of its own", { concurrency: alone ? 1 : 24 }, () => {
    for (const { name, notIn } of behaviours.filter((each) => Boolean(each.alone) === alone)) {
      it(name, { timeout: LIMIT_MS + 2_000, skip: notIn?.workerd }, async () => {
        const reply = await ask(`/run?name=${encodeURIComponent(name)}`);
        const said = await reply.text();
        assert.ok(reply.status === 200, said);
        for (const [fault, words] of JSON.parse(said)) record.tell(fault, words);
      });
    }
  });
}

it("requests at once do not wait for, or end, each other", BOUND, async () => {
  const ids = Array.from({ length: 20 }, (_, index) => fresh(index % 2 ? "success-2s" : "success"));
  const began = Date.now();
  const tasks = await Promise.all(ids.map(async (id) => (await ask(`/wait?taskId=${id}`)).json()));
  assert.deepEqual(tasks.map(({ taskId }) => taskId), ids);
  assert.ok(Date.now() - began < 15_000, `${Date.now() - began} ms`);
});

it("a wait left behind by one request does no harm to those that follow", BOUND, async () => {
  const left = fresh("success-2s");
  assert.equal(await (await ask(`/leave?taskId=${left}`)).text(), "left");
  for (const id of [fresh("success"), fresh("success-1s")]) {
    const task = await (await ask(`/wait?taskId=${id}`)).json();
    assert.equal(task.taskId, id);
  }
  // Workers stop what a request leaves behind: whether the wait itself comes to its end is workerd's to say, not ours.
  assert.match(await (await ask("/earlier")).text(), /^(waiting|done)$/);
});

it("a visitor who leaves in the middle of a wait does no harm to the next", BOUND, async () => {
  const id = fresh("pending");
  const controller = new AbortController();
  const left = ask(`/wait?taskId=${id}`, { signal: controller.signal }).catch((error) => error.name);
  const seen = logOf(simulator.url);
  while ((await seen(id)).looks.length === 0) await pause(25);
  controller.abort();
  assert.equal(await left, "AbortError");
  const next = fresh("success-1s");
  assert.equal((await (await ask(`/wait?taskId=${next}`)).json()).taskId, next);
});
