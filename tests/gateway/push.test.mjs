// @ts-check
/** Push: a task's Durable Object looks for all, and tells them, in workerd, over real sockets, in front of the simulator. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { logOf } from "../behaviour/all.mjs";
import { startSimulator } from "../processes.mjs";
import { all, startPush, watch } from "./push-place.mjs";

const BOUND = { timeout: 60_000 };

let number = 0;
/** @param {string} what */
const fresh = (what) => `${what}--push-${(number += 1)}`;

describe("push", { timeout: 300_000, concurrency: 4 }, () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  /** @type {Awaited<ReturnType<typeof startPush>>} */
  let place;
  let home = "";
  let away = "";

  before(async () => {
    simulator = await startSimulator();
    place = await startPush({ simulator });
    [home, away] = place.urls;
  }, BOUND);
  after(async () => {
    await place?.stop();
    await simulator?.stop();
  }, BOUND);

  /** @param {string} id */
  const looks = async (id) => (await logOf(simulator.url)(id)).looks;

  it("tells each of three watchers on two Workers of each change, for one look at a time", BOUND, async () => {
    const id = fresh("script.pending*1.http-502*1.pending*1.success");
    const watchers = await Promise.all([home, away, away].map((url) => watch(url, id)));
    const heard = await Promise.all(watchers.map(({ events }) => all(events)));
    for (const [index, { reply }] of watchers.entries()) {
      assert.equal(reply.status, 200);
      assert.equal(reply.headers.get("content-type"), "text/event-stream");
      assert.equal(reply.headers.get("cache-control"), "no-store");
      assert.deepEqual(heard[index]?.map(({ code, flag }) => [code, flag]), [[200, 0], [502, undefined], [200, 0], [200, 1]]);
    }
    assert.match(heard[0]?.at(-1)?.data.data.response.resultImageUrl, /\.png$/);
    assert.equal((await looks(id)).length, 4);
  });
});
