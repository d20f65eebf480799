// @ts-check
/**
 * What a gateway sends to the API, however many ask it: over real sockets, in Node.js and in
 * workerd.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { waitForTask } from "../../pkg/index.js";
import { startSimulator } from "../processes.mjs";
import { record, sendJson, startUpstream } from "../page/upstream.mjs";
import { PLACES } from "./places.mjs";

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const BOUND = { timeout: 60_000 };

/** @typedef {{ status: number, headers: http.IncomingHttpHeaders, body: any }} Got */

let number = 0;
/** An id that nobody has asked for yet. @param {string} what */
const fresh = (what) => `${what}--${(number += 1)}`;

/** @param {string} url @param {string} id @param {Record<string, string>} [headers] */
function open(url, id, headers = {}) {
  return http.get(`${url}${RECORD_INFO}?taskId=${encodeURIComponent(id)}`, {
    agent: false,
    headers,
  });
}

/**
 * A visitor who leaves after so long, in workerd by way of the Worker in front: workerd itself does
 * not notice before it answers.
 *
 * @param {string} url
 * @param {string} id
 * @param {number} afterMs
 */
function leave(url, id, afterMs) {
  const request = open(url, id, { "x-leaves-after": String(afterMs) }).on("error", () => {});
  setTimeout(() => request.destroy(), afterMs);
}

/**
 * @param {string} url
 * @param {string} id
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Got>}
 */
async function ask(url, id, headers = {}) {
  const [reply] = /** @type {[http.IncomingMessage]} */ (
    await once(open(url, id, headers), "response")
  );
  let text = "";
  for await (const chunk of reply) text += chunk;
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: JSON.parse(text) };
}

/** @param {string} url @param {string[]} ids */
const askAll = (url, ids) => Promise.all(ids.map((id) => ask(url, id)));
/** @param {number} count @param {string} what */
const many = (count, what) => Array.from({ length: count }, () => fresh(what));
/** @param {Got} got */
const secondsOf = ({ headers }) => Number(headers["retry-after"] ?? NaN);

/**
 * An API that notes when it was asked for what. @typedef {{ id: string, at: number, socket:
 * import("node:net").Socket }} Asked
 */

/** @returns {Promise<{ url: string, asked: Asked[], stop: () => Promise<void> }>} */
async function startApi() {
  /** @type {Asked[]} */
  const asked = [];
  /** @type {Record<string, (response: http.ServerResponse, id: string) => void>} */
  const answers = {
    pending: (response, taskId) => sendJson(response, record({ taskId })),
    // Of an age at which such tasks get done, and so at which a client polls often.
    aged: (response, taskId) => {
      const createTime = new Date(Date.now() - 18_000).toISOString();
      sendJson(response, record({ taskId, paramJson: "{}", createTime }));
    },
    done: (response, taskId) =>
      sendJson(
        response,
        record({
          taskId,
          successFlag: 1,
          response: { resultImageUrl: "https://pictures.example/1.png" },
        }),
      ),
    limited: (response) =>
      sendJson(response, { code: 429, msg: "slower" }, 429, { "Retry-After": "30" }),
    briefly: (response) =>
      sendJson(response, { code: 429, msg: "slower" }, 429, { "Retry-After": "2" }),
    busy: (response) =>
      sendJson(response, { code: 503, msg: "busy" }, 503, { "Retry-After": "30" }),
    trouble: (response) => sendJson(response, { code: 500, msg: "trouble" }, 500),
    silent: () => {},
  };
  const { url, stop } = await startUpstream((request, response) => {
    const id = new URL(request.url ?? "/", "http://x").searchParams.get("taskId") ?? "";
    asked.push({ id, at: performance.now(), socket: request.socket });
    answers[id.replace(/--.*/s, "")]?.(response, id);
  });
  return { url, asked, stop };
}

/**
 * That requests kept to a budget over all. What leaves at even intervals is noted at uneven ones
 * here: the simulator counts what comes within a second.
 *
 * @param {Asked[]} asked
 * @param {number} perSecond
 */
function keptTo(asked, perSecond) {
  const seconds = ((asked.at(-1)?.at ?? NaN) - (asked[0]?.at ?? NaN)) / 1_000;
  assert.ok(asked.length - 1 <= perSecond * (seconds + 0.2), `${asked.length} in ${seconds} s`);
}

for (const [name, start] of Object.entries(PLACES)) {
  describe(`what the gateway sends to the API in ${name}`, { timeout: 120_000 }, () => {
    /** @type {Awaited<ReturnType<typeof startApi>>} */
    let api;
    /** @type {import("./places.mjs").Place[]} */
    const places = [];
    before(async () => (api = await startApi()), BOUND);
    after(() => Promise.all([...places.map(({ stop }) => stop()), api?.stop()]), BOUND);

    /** A gateway with a budget of its own. @param {Partial<import("./places.mjs").Told>} [told] */
    async function gateway(told = {}) {
      const place = await start({ apiKey: "key", upstream: api.url, ...told });
      places.push(place);
      return place.url;
    }
    /** @param {string[]} ids */
    const askedFor = (ids) => api.asked.filter(({ id }) => ids.includes(id));

    it(
      "is five requests a second by default, and who has no turn in time is told when to come",
      BOUND,
      async () => {
        const url = await gateway();
        const ids = many(60, "pending");
        const got = await askAll(url, ids);
        const asked = askedFor(ids);
        keptTo(asked, 5);
        const served = got.filter(({ status }) => status === 200);
        assert.ok(served.length >= 24 && served.length <= 30, `${served.length} within 5 s`);
        assert.equal(asked.length, served.length);
        const refused = got.filter(({ status }) => status !== 200);
        assert.ok(
          refused.every(
            ({ status, body }) =>
              status === 503 && body.code === 503 && /ask again in \d+ s/.test(body.msg),
          ),
        );
        // Each has a time of its own: five in a second, the last of 60 after 12 s.
        const times = refused.map(secondsOf).sort((a, b) => a - b);
        assert.ok(
          (times[0] ?? 0) >= 4 &&
            (times[0] ?? 0) <= 6 &&
            (times.at(-1) ?? 0) >= 10 &&
            (times.at(-1) ?? 0) <= 13,
          String(times),
        );
        assert.ok(
          times.every((time) => times.filter((other) => other === time).length <= 6),
          String(times),
        );
      },
    );

    it(
      "is never more than a key may ask in a second, whatever is asked at once",
      BOUND,
      async (context) => {
        const simulator = await startSimulator({ args: ["--queries-per-second=10"] });
        context.after(() => simulator.stop());
        const url = await gateway({ upstream: simulator.url, apiKey: simulator.key });
        const got = await askAll(url, many(100, "success"));
        assert.ok(got.every(({ status }) => status === 200 || status === 503));
        const { looks, rateLimited } = await (await fetch(`${simulator.url}/simulator/log`)).json();
        assert.ok(looks >= 24, `${looks} requests`);
        assert.equal(rateLimited.count, 0);
      },
    );

    it("serves who comes back when it was told to", BOUND, async () => {
      const url = await gateway({ maxRequestsPerSecond: 2 });
      const ids = many(16, "pending");
      const comeBack = async (/** @type {string} */ id) => {
        const first = await ask(url, id);
        if (first.status === 200) return first;
        await pause(secondsOf(first) * 1_000);
        return ask(url, id);
      };
      const got = await Promise.all(ids.map(comeBack));
      assert.deepEqual(
        got.map(({ status }) => status),
        ids.map(() => 200),
      );
      assert.equal(askedFor(ids).length, ids.length);
      keptTo(askedFor(ids), 2);
    });

    it(
      "is shared by the visitors of a task, who may come while it waits for its turn",
      BOUND,
      async () => {
        const url = await gateway({ maxRequestsPerSecond: 1 });
        const ids = many(20, "pending");
        const pairs = await Promise.all(
          ids.map((id) => Promise.all([ask(url, id), pause(500).then(() => ask(url, id))])),
        );
        const served = pairs.filter(([first]) => first.status === 200);
        assert.ok(served.length >= 3, `${served.length} served`);
        assert.deepEqual(
          served.map(([, second]) => second.status),
          served.map(() => 200),
        );
        assert.equal(new Set(askedFor(ids).map(({ id }) => id)).size, askedFor(ids).length);
      },
    );

    it("is as many as maxRequestsPerSecond says", BOUND, async () => {
      const url = await gateway({ maxRequestsPerSecond: Infinity });
      const ids = many(60, "pending");
      assert.ok((await askAll(url, ids)).every(({ status }) => status === 200));
    });

    it(
      "is one request where the API asks for 30 s, for fifty visitors and for twenty repeats",
      BOUND,
      async () => {
        const url = await gateway();
        const [limited = ""] = many(1, "limited");
        const first = await ask(url, limited);
        assert.deepEqual([first.status, first.body.code, secondsOf(first)], [429, 429, 30]);
        const ids = many(50, "pending");
        const [visitors, repeats] = await Promise.all([
          askAll(url, ids),
          askAll(
            url,
            Array.from({ length: 20 }, () => limited),
          ),
        ]);
        assert.equal(askedFor([limited, ...ids]).length, 1);
        const times = [...visitors, ...repeats].map(secondsOf);
        assert.ok(
          times.every((time) => time >= 29 && time <= 45),
          String(times),
        );
        assert.ok(new Set(visitors.map(secondsOf)).size >= 8, "they come back one after the other");
        await pause(3_000);
        assert.ok(
          (await askAll(url, ids)).every((got) => got.status === 503 && secondsOf(got) >= 25),
        );
        assert.equal(askedFor([limited, ...ids]).length, 1);
      },
    );

    it("goes on when the API's pause is over", BOUND, async () => {
      const url = await gateway();
      await ask(url, fresh("briefly"));
      const id = fresh("pending");
      const began = performance.now();
      // The API asks for two seconds, and the first pause after a 429 is five.
      let reply = await ask(url, id);
      while (reply.status !== 200 && performance.now() - began < 8_000) {
        await pause(secondsOf(reply) * 1_000);
        reply = await ask(url, id);
      }
      const waited = performance.now() - began;
      assert.equal(reply.status, 200);
      assert.ok(waited > 1_900 && waited < 9_000, `${waited} ms`);
    });

    it("leaves one task alone where the API asks for that", BOUND, async () => {
      const url = await gateway();
      const busy = fresh("busy");
      const got = [
        await ask(url, busy),
        ...(await askAll(
          url,
          Array.from({ length: 20 }, () => busy),
        )),
      ];
      assert.ok(
        got.every(
          (each) =>
            each.status === 503 && each.body.msg === got[0]?.body.msg && secondsOf(each) >= 29,
        ),
      );
      assert.equal(askedFor([busy]).length, 1);
      assert.equal((await ask(url, fresh("pending"))).status, 200);
    });

    it("is one request a second for a task, whatever comes of it", BOUND, async () => {
      const url = await gateway({ maxRequestsPerSecond: Infinity });
      for (const what of ["pending", "trouble", "unknown"]) {
        const id = fresh(what);
        for (let times = 0; times < 10; times += 1) await ask(url, id);
        assert.equal(askedFor([id]).length, 1, what);
      }
    });

    it(
      "is nothing where the last known state will do, which is told with its age",
      BOUND,
      async () => {
        const url = await gateway();
        const id = fresh("pending");
        const first = await ask(url, id);
        assert.deepEqual(
          [first.status, first.headers.age, first.headers["retry-after"]],
          [200, "0", undefined],
        );
        await pause(2_100);
        await ask(url, fresh("limited"));
        const later = await ask(url, id);
        assert.deepEqual([later.status, later.headers.age, later.body], [200, "2", first.body]);
        assert.ok(secondsOf(later) >= 29 && secondsOf(later) <= 34, String(secondsOf(later)));
        assert.equal(askedFor([id]).length, 1);
      },
    );

    it(
      "does not depend on cache, without which no state is handed out a second time",
      BOUND,
      async () => {
        const url = await gateway({ cache: false });
        const id = fresh("pending");
        await ask(url, id);
        await ask(url, fresh("limited"));
        assert.equal((await ask(url, id)).status, 503);
        assert.equal(askedFor([id]).length, 1);
      },
    );

    it("ends with the last visitor who waits for it", BOUND, async () => {
      const url = await gateway({ front: true });
      const id = fresh("silent");
      const isOpen = () => askedFor([id]).filter(({ socket }) => !socket.destroyed).length;
      leave(url, id, 1_500);
      leave(url, id, 4_000);
      const began = performance.now();
      while (isOpen() === 0) await pause(20);
      await pause(2_500 - (performance.now() - began));
      assert.equal(isOpen(), 1, "the other goes on waiting");
      while (isOpen() > 0) {
        assert.ok(performance.now() - began < 6_500, "it stays open");
        await pause(50);
      }
      assert.ok(performance.now() - began > 3_900, "it ended before the last had left");
    });

    it("is for who still waits where who began it has left without a word", BOUND, async () => {
      const url = await gateway();
      const id = fresh("pending");
      leave(url, id, 5);
      assert.equal((await ask(url, id)).status, 200);
    });

    it(
      "is read by a client as no newer than its Age, and not to be asked for before Retry-After",
      BOUND,
      async () => {
        const url = await gateway();
        const id = fresh("aged");
        const nextMs = async () => {
          /** @type {import("../../pkg/index.js").Progress[]} */
          const seen = [];
          const controller = new AbortController();
          const waited = waitForTask(id, {
            baseUrl: url,
            pace: "eager",
            signal: controller.signal,
            onProgress: (progress) => void (seen.push(progress), controller.abort()),
          });
          await assert.rejects(waited);
          assert.equal(seen[0]?.details?.status, "GENERATING");
          return seen[0]?.nextLookInMs ?? NaN;
        };
        const atFirst = await nextMs();
        assert.ok(atFirst < 5_000, `${atFirst} ms`);
        await pause(2_100);
        await ask(url, fresh("limited"));
        const next = await nextMs();
        assert.ok(next > 26_000 && next <= 36_000, `${next} ms`);
      },
    );
  });
}
