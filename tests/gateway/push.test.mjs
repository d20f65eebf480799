// @ts-check
/** Push: a task's Durable Object looks for all, and tells them, in workerd, over real sockets, in front of the simulator. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { EventSource } from "eventsource";
import { logOf } from "../behaviour/all.mjs";
import { waitForTask } from "../../pkg/index.js";
import { callbackUrl, createGateway } from "../../pkg/gateway.js";
import { newKey, startSimulator } from "../processes.mjs";
import { startInWorkerd } from "./places.mjs";
import { PATH, all, ask, startPush, until, watch } from "./push-place.mjs";

const BOUND = { timeout: 60_000 };

let number = 0;
/** @param {string} what */
const fresh = (what) => `${what}--push-${(number += 1)}`;

/** All that is in the files below a folder, as text. @param {string} folder */
async function contentsOf(folder) {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return (await Promise.all(found.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")))).join("\n");
}

describe("push", { timeout: 300_000, concurrency: 16 }, () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  /** @type {Awaited<ReturnType<typeof startPush>>} */
  let place;
  /** With a door, an object that has little patience, and room for three. @type {typeof place} */
  let narrow;
  /** Without the key. @type {typeof place} */
  let keyless;
  /** With few requests for each caller. @type {typeof place} */
  let sparing;
  let home = "";
  let away = "";

  before(async () => {
    simulator = await startSimulator();
    const told = { hooks: "visitors", task: { timeoutMs: 4_000, mostWatchers: 3 } };
    place = await startPush({ simulator });
    narrow = await startPush({ simulator, told });
    keyless = await startPush({ simulator, key: "" });
    sparing = await startPush({ simulator, told: { hooks: "visitors", maxRequestsPerMinute: 4, cache: false, task: { keepMs: 1_500 } } });
    [home, away] = place.urls;
  }, BOUND);
  after(() => Promise.all([place?.stop(), narrow?.stop(), keyless?.stop(), sparing?.stop(), simulator?.stop()]), BOUND);

  /** @param {string} id */
  const looks = async (id) => (await logOf(simulator.url)(id)).looks;
  const visitor = { authorization: "Bearer visitor" };

  it("tells each of three watchers on two Workers of each change, for one look at a time", BOUND, async () => {
    const id = fresh("script.pending*2.http-502*1.pending*1.success");
    const watchers = await Promise.all([home, away, away].map((url) => watch(url, id)));
    const heard = await Promise.all(watchers.map(({ events }) => all(events)));
    for (const [index, { reply }] of watchers.entries()) {
      assert.equal(reply.status, 200);
      assert.equal(reply.headers.get("content-type"), "text/event-stream");
      assert.match(reply.headers.get("vary") ?? "", /origin/i);
      assert.equal(reply.headers.get("cache-control"), "no-store, no-transform");
      assert.equal(reply.headers.get("x-accel-buffering"), "no");
      assert.deepEqual(heard[index]?.map(({ code, flag }) => [code, flag]), [[200, 0], [502, undefined], [200, 0], [200, 1]]);
    }
    assert.equal((await looks(id)).length, 5);
    // A stream says what an ordinary answer says.
    assert.deepEqual((await ask(away, id)).body, heard[0]?.at(-1)?.data);
  });

  it("is heard to its end by a standard EventSource, which then asks no more", BOUND, async (context) => {
    /** @type {{ status: number, lastId: string | undefined }[]} */
    const replies = [];
    const source = new EventSource(`${home}${PATH}?taskId=${encodeURIComponent(fresh("script.pending*1.success"))}`, {
      fetch: async (url, init) => {
        const reply = await fetch(url, init);
        replies.push({ status: reply.status, lastId: init.headers["Last-Event-ID"] });
        return reply;
      },
    });
    context.after(() => source.close());
    /** @type {number[]} */
    const flags = [];
    source.onmessage = ({ data }) => flags.push(JSON.parse(data).data.successFlag);
    let ends = 0;
    source.addEventListener("end", () => (ends += 1));
    await until(() => source.readyState === source.CLOSED, 30_000);
    assert.deepEqual([flags, ends], [[0, 1], 1]);
    assert.deepEqual(replies, [{ status: 200, lastId: undefined }, { status: 204, lastId: "ended" }]);
  });

  it("goes on for an EventSource whose connection breaks, and ends for it as well", BOUND, async (context) => {
    const id = fresh("success-6s");
    /** @type {number[]} */
    const statuses = [];
    const line = new AbortController();
    const source = new EventSource(`${home}${PATH}?taskId=${encodeURIComponent(id)}`, {
      fetch: async (url, init) => {
        const reply = await fetch(url, statuses.length === 0 ? { ...init, signal: line.signal } : init);
        statuses.push(reply.status);
        return reply;
      },
    });
    context.after(() => source.close());
    /** @type {number[]} */
    const flags = [];
    source.onmessage = ({ data }) => {
      flags.push(JSON.parse(data).data.successFlag);
      line.abort(new TypeError("the line broke"));
    };
    await until(() => source.readyState === source.CLOSED, 45_000);
    assert.deepEqual([flags.at(0), flags.at(-1)], [0, 1]);
    assert.deepEqual(statuses, [200, 200, 204]);
  });

  it("numbers its events, and says which was the last", BOUND, async () => {
    const { events, heard } = await watch(home, fresh("script.pending*1.success"));
    await all(events);
    assert.deepEqual(heard.ids, ["1", "2", "ended"]);
    const again = await watch(home, fresh("success"), { "Last-Event-ID": "2" });
    assert.equal(again.reply.status, 200);
    again.leave();
    const over = await watch(home, fresh("success"), { "Last-Event-ID": "ended" });
    assert.deepEqual([over.reply.status, over.reply.headers.get("vary")], [204, "Origin, Sec-Fetch-Site"]);
  });

  it("ends with the task's failure as with its success", BOUND, async () => {
    const { events } = await watch(home, fresh("generate-failed"));
    assert.deepEqual((await all(events)).map(({ code, flag }) => [code, flag]), [[200, 3]]);
  });

  it("ends with an error that does not pass, and begins anew for the next", BOUND, async () => {
    const id = fresh("script.http-402*1.success");
    assert.deepEqual((await all((await watch(home, id)).events)).map(({ code }) => code), [402]);
    assert.deepEqual((await all((await watch(home, id)).events)).map(({ code, flag }) => [code, flag]), [[200, 1]]);
  });

  it("rides out a stray answer from alarm to alarm, and reports one that stays", BOUND, async () => {
    await Promise.all(["html-404", "html-410", "http-401"].map(async (stray) => {
      const [id, stays] = [fresh(`script.pending*1.${stray}*2.success`), fresh(`script.pending*1.${stray}`)];
      const watchers = await Promise.all([id, stays].map((task) => watch(home, task)));
      const [heard] = await Promise.all(watchers.map(({ events }) => all(events)));
      assert.equal(heard?.at(-1)?.flag, 1, stray);
      assert.deepEqual([(await looks(id)).length, (await looks(stays)).length], [4, 5], stray);
    }));
  });

  it("does not store a success for the end before it has its URL, and does not wait for that to the deadline", BOUND, async () => {
    const id = fresh("script.pending*1.success-no-url*2.success");
    const wait = waitForTask(id, { baseUrl: away });
    const heard = await all((await watch(home, id)).events);
    assert.equal(typeof heard.at(-1)?.data.data.response?.resultImageUrl, "string");
    assert.equal((await wait).status, "SUCCESS");
    const never = fresh("script.pending*1.success-no-url");
    await all((await watch(home, never)).events);
    assert.equal((await looks(never)).length, 5);
    const error = await waitForTask(fresh("success-no-url"), { baseUrl: home }).catch((reason) => reason);
    assert.deepEqual([error.kind, error.retryable], ["invalid-reply", false]);
  });

  it("tells whoever comes late at once, and takes no look for it", BOUND, async () => {
    const done = fresh("success");
    await all((await watch(home, done)).events);
    const [event, ...more] = await all((await watch(away, done)).events);
    assert.deepEqual([event?.flag, more], [1, []]);
    assert.equal((await looks(done)).length, 1);

    const running = fresh("pending");
    const first = await watch(home, running);
    await first.events.next();
    const before = Date.now();
    const second = await watch(away, running);
    const { value } = await second.events.next();
    assert.equal(value?.flag, 0);
    assert.ok(Date.now() - before < 500, `${Date.now() - before} ms`);
    assert.equal((await looks(running)).length, 1);
    first.leave();
    second.leave();
  });

  it("looks for pollers of both Workers at once, and for none while what it knows is young", BOUND, async () => {
    const id = fresh("pending");
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index % 2 ? home : away, id)));
    for (const { status, body } of answers) assert.deepEqual([status, body.code, body.data.successFlag], [200, 200, 0]);
    assert.equal((await looks(id)).length, 1);
    await pause(1_100);
    await Promise.all([home, away].map((url) => ask(url, id)));
    assert.equal((await looks(id)).length, 2);
  });

  it("hands on what a look was refused with, pauses and all", BOUND, async () => {
    const id = fresh("http-429-retry-5s");
    const { status, headers, body } = await ask(home, id);
    assert.deepEqual([status, body.code, headers.get("retry-after")], [429, 429, "5"]);
    assert.equal((await ask(away, id)).status, 429);
    assert.equal((await looks(id)).length, 1);
  });

  it("goes on after it was taken out of memory, and its watchers notice nothing", BOUND, async () => {
    const id = fresh("success-6s");
    const { events } = await watch(away, id);
    assert.equal((await events.next()).value?.flag, 0);
    await place.evict(id);
    assert.deepEqual((await all(events)).map(({ flag }) => flag), [1]);
    const sent = await looks(id);
    assert.ok(sent.length >= 2 && sent.length <= 6, `${sent.length} looks`);
  });

  it("finds out by its heartbeat who has left, and looks no more when nobody watches", BOUND, async () => {
    const id = fresh("pending");
    const [stays, leaves] = await Promise.all([watch(home, fresh("pending")), watch(home, id)]);
    const staying = all(stays.events).catch(() => {});
    await leaves.events.next();
    leaves.leave();
    await pause(11_000);
    assert.equal(stays.heard.comments, 2);
    stays.leave();
    await staying;
    const { length } = await looks(id);
    await pause(10_000);
    assert.equal((await looks(id)).length, length);
  });

  it("stops by the deadline, and begins anew for who comes then", BOUND, async () => {
    const id = fresh("pending");
    const began = Date.now();
    const { events } = await watch(narrow.urls[0], id, visitor);
    assert.deepEqual((await all(events)).map(({ flag }) => flag), [0]);
    const took = Date.now() - began;
    assert.ok(took > 3_000 && took < 6_000, `${took} ms`);
    const { length } = await looks(id);
    await pause(3_000);
    assert.equal((await looks(id)).length, length);
    const again = await watch(narrow.urls[1], id, visitor);
    assert.equal((await again.events.next()).value?.flag, 0);
    assert.ok((await looks(id)).length > length);
    again.leave();
  });

  it("asks who may before there is a stream, and looks for nobody else", BOUND, async () => {
    const id = fresh("pending");
    for (const [headers, status] of /** @type {const} */ ([[{}, 403], [{ authorization: "Bearer own" }, 418], [{ authorization: "Bearer throws" }, 500], [{ ...visitor, origin: "https://evil.example" }, 403]])) {
      const { reply } = await watch(narrow.urls[0], id, headers);
      assert.equal(reply.status, status);
      assert.doesNotMatch(reply.headers.get("content-type") ?? "", /event-stream/);
      await reply.text();
    }
    assert.equal((await looks(id)).length, 0);
  });

  it("says at the deadline of what never answered that it was not seen, and nothing of where it looked", BOUND, async () => {
    const id = fresh("html-200");
    const heard = await all((await watch(narrow.urls[0], id, visitor)).events);
    const { status, body } = await ask(narrow.urls[1], id, { headers: visitor });
    for (const { code } of [...heard, body]) assert.ok(code >= 500, `code ${code}`);
    assert.ok(status >= 500, `HTTP ${status}`);
    assert.doesNotMatch(JSON.stringify([heard, body]), /127\.0\.0\.1|handle|Not finished/);
  });

  it("has room for so many watchers, and the next has the state as it is, and polls", BOUND, async () => {
    const id = fresh("pending");
    const watchers = [];
    for (let count = 0; count < 3; count += 1) watchers.push(await watch(narrow.urls[0], id, visitor));
    const { reply } = await watch(narrow.urls[1], id, visitor);
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
    assert.equal((await reply.json()).data.successFlag, 0);
    assert.equal((await ask(narrow.urls[1], id, { headers: visitor })).status, 200);
    for (const { leave } of watchers) leave();
  });

  it("counts a stream that is held as one who polls, and ends it where that is too much", BOUND, async () => {
    const [url] = sparing.urls;
    const began = Date.now();
    const one = { ...visitor, "x-visitor": "one" };
    await all((await watch(url, fresh("pending"), one)).events);
    const took = Date.now() - began;
    // Of its four a caller has less than one left after the second heartbeat, and not enough for the third.
    assert.ok(took > 14_000 && took < 22_000, `${took} ms`);
    const id = fresh("pending");
    assert.equal((await ask(url, id, { headers: one })).status, 429);
    assert.equal((await ask(url, id, { headers: { ...visitor, "x-visitor": "another" } })).status, 200);
  });

  it("forgets what nobody asks for any more, and its storage is empty", BOUND, async () => {
    for (const [scenario, visits] of /** @type {const} */ ([["success", "three"], ["pending", "four"]])) {
      const id = fresh(scenario);
      const headers = { ...visitor, "x-visitor": visits };
      await ask(sparing.urls[0], id, { headers });
      await ask(sparing.urls[1], id, { headers });
      assert.equal((await looks(id)).length, 1);
      await pause(3_000);
      await ask(sparing.urls[0], id, { headers });
      assert.equal((await looks(id)).length, 2);
    }
  });

  it("takes what is said of upstream from its environment alone, and says so", async () => {
    assert.throws(() => createGateway({ apiKey: "k", upstream: simulator.url, tasks: /** @type {any} */ ({ idFromName: () => "", get: () => {} }) }), /NANOBANANA_BASE_URL/);
  });

  it("pushes to who takes events, and to nobody else", BOUND, async () => {
    const id = fresh("pending");
    const events = ["text/event-stream", "Text/Event-Stream; q=0.5", "application/json, text/event-stream", "text/html,text/event-stream;charset=utf-8"];
    const json = ["text/event-stream;q=0", "application/json, text/event-stream; q=0.000", "x-text/event-stream", "text/event-streams", "*/*", "text/*"];
    for (const accept of [...events, ...json]) {
      const { reply, leave } = await watch(home, id, { Accept: accept });
      assert.equal(reply.headers.get("content-type") === "text/event-stream", events.includes(accept), accept);
      leave();
    }
  });

  it("does not hold anybody up where the API asks for a pause past the deadline", BOUND, async () => {
    const id = fresh("http-429-retry-30s");
    const { events } = await watch(narrow.urls[0], id, visitor);
    const began = Date.now();
    assert.equal((await events.next()).value?.code, 429);
    assert.equal((await ask(narrow.urls[1], id, { headers: visitor })).status, 429);
    assert.ok(Date.now() - began < 2_000, `${Date.now() - began} ms`);
    // Its own deadline is four seconds; who comes after that waits for the API's pause.
    assert.deepEqual(await all(events), []);
    const again = await ask(narrow.urls[0], id, { headers: visitor });
    assert.equal(again.status, 429);
    const left = Number(again.headers.get("retry-after"));
    assert.ok(left >= 20 && left <= 28, `${left} s left of thirty`);
    const later = await watch(narrow.urls[0], id, visitor);
    await pause(3_000);
    later.leave();
    assert.equal((await looks(id)).length, 1);
  });

  it("makes no object for what is no task id", BOUND, async () => {
    for (const id of ["x".repeat(257), "日".repeat(86), '{"v":1}', "a\nb"]) {
      const { reply } = await watch(home, id);
      assert.equal(reply.status, 400);
      assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
      await reply.text();
    }
  });

  it("without the key answers the one 500 that names the setting", BOUND, async () => {
    for (const headers of [{}, { Accept: "application/json, text/event-stream" }]) {
      const id = fresh("pending");
      const { status, body, headers: told } = await ask(keyless.urls[0], id, { headers });
      assert.equal(status, 500);
      assert.match(told.get("content-type") ?? "", /^application\/json/);
      assert.equal(body.code, 500);
      assert.match(body.msg, /apiKey.*wrangler secret put/);
      assert.equal((await looks(id)).length, 0);
    }
  });

  it("goes on after a restart with what it has stored, which is neither the key nor the prompt", BOUND, async () => {
    const persist = await mkdtemp(join(tmpdir(), "push-"));
    /** @type {typeof place | undefined} */
    let own;
    try {
      own = await startPush({ simulator, persist });
      const id = fresh("success-9s");
      const done = fresh("success-origin");
      const { events } = await watch(own.urls[0], id);
      assert.equal((await events.next()).value?.flag, 0);
      const [ended] = await all((await watch(own.urls[1], done)).events);
      const cut = all(events).catch(() => {});
      await own.stop();
      await cut;
      const stored = await contentsOf(persist);
      assert.ok(stored.includes(id) && stored.includes(done), "what is stored is in these files");
      for (const secret of [simulator.key, "paramJson", "prompt"]) assert.ok(!stored.includes(secret), secret);

      own = await startPush({ simulator, persist });
      const again = await watch(own.urls[1], id);
      const late = await watch(own.urls[0], done);
      assert.deepEqual((await all(late.events)).map(({ data }) => data), [ended?.data]);
      assert.equal((await looks(done)).length, 1);
      const [first, ...rest] = await all(again.events);
      assert.equal(first?.flag, 0);
      assert.deepEqual(rest.map(({ flag }) => flag), [1]);
    } finally {
      await own?.stop();
      await rm(persist, { recursive: true, force: true });
    }
  });

  describe("the API's callback", () => {
    /** @param {string} url @param {unknown} body @param {string} [method] */
    const call = async (url, body, method = "POST") => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const reply = await fetch(url, { method, headers: { "Content-Type": "application/json", Origin: "https://elsewhere.example" }, ...(method === "POST" && { body: text }) });
      assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
      const { code } = await reply.json();
      assert.equal(code, reply.status);
      return reply.status;
    };
    /** What the API sends, of which the task's id is all that counts. @param {string} taskId */
    const done = (taskId) => ({ code: 200, msg: "success", data: { taskId, info: { resultImageUrl: "https://evil.example/picture.png" } } });

    it("makes the object look at once, and is believed in nothing", BOUND, async () => {
      // The second look would come seconds later.
      const id = fresh("script.pending*2.success");
      const { events } = await watch(home, id);
      await events.next();
      await pause(1_000);
      const before = Date.now();
      assert.equal(await call(await callbackUrl(away, simulator.key), done(id)), 200);
      await until(async () => (await looks(id)).length === 2, 1_000);
      // The API's word is that it is still running.
      assert.equal((await ask(away, id)).body.data.successFlag, 0);
      await pause(Math.max(0, 1_000 - (Date.now() - before)));
      const again = Date.now();
      assert.equal(await call(await callbackUrl(away, simulator.key), done(id)), 200);
      const { value } = await events.next();
      assert.equal(value?.flag, 1);
      assert.ok((value?.atMs ?? Infinity) - again < 500, `${(value?.atMs ?? 0) - again} ms`);
      assert.doesNotMatch(JSON.stringify(value?.data), /evil/);
    });

    it("has nobody look more often than every 0.8 s, however often it comes", BOUND, async () => {
      const id = fresh("pending");
      const { events, leave } = await watch(home, id);
      await events.next();
      const url = await callbackUrl(home, simulator.key);
      const until = Date.now() + 3_000;
      while (Date.now() < until) assert.equal(await call(url, done(id)), 200);
      const times = (await looks(id)).map(({ atMs }) => atMs);
      assert.ok(times.length >= 3, `${times}`);
      for (const [index, at] of times.slice(1).entries()) assert.ok(at - (times[index] ?? 0) >= 780, `${times}`);
      leave();
    });

    it("does not shorten a pause that the API has asked for, in words or by a code", BOUND, async () => {
      const url = await callbackUrl(home, simulator.key);
      for (const [id, code] of [[fresh("http-429-retry-30s"), 429], [fresh("http-433"), 433]]) {
        const { events, leave } = await watch(home, String(id));
        assert.equal((await events.next()).value?.code, code);
        await pause(1_000);
        for (let count = 0; count < 10; count += 1) assert.equal(await call(url, done(String(id))), 200);
        await pause(1_500);
        assert.equal((await looks(String(id))).length, 1);
        leave();
      }
    });

    it("makes no look where nobody watches", BOUND, async () => {
      const id = fresh("pending");
      assert.equal(await call(await callbackUrl(home, simulator.key), done(id)), 200);
      await pause(1_500);
      assert.equal((await looks(id)).length, 0);
    });

    it("is refused without the secret", BOUND, async () => {
      const id = fresh("pending");
      const { events, leave } = await watch(home, id);
      await events.next();
      await pause(1_000);
      const genuine = await callbackUrl(home, simulator.key);
      assert.ok(!genuine.includes(simulator.key));
      assert.notEqual(genuine, await callbackUrl(home, simulator.key));
      const [, nonce = "", mac = ""] = /callback\/([^.]+)\.(.+)$/.exec(genuine) ?? [];
      const swapped = `${mac.startsWith("A") ? "B" : "A"}${mac.slice(1)}`;
      const others = await callbackUrl(home, newKey());
      const path = `${home}/api/v1/nanobanana/callback/`;
      for (const url of [path, `${path}x`, `${path}${nonce}`, `${path}${nonce}.`, `${path}.${mac}`, `${path}${nonce}.${swapped}`, `${path}${mac}.${nonce}`, `${genuine}x`, `${genuine}/x`, `${path}${nonce}.${"*".repeat(43)}`, others]) {
        assert.equal(await call(url, done(id)), 403, url);
      }
      assert.equal(await call(genuine, undefined, "GET"), 405);
      for (const body of ["", "{", "null", "[]", '{"data":null}', '{"data":{"taskId":7}}', '{"data":{"taskId":""}}', { data: { taskId: "x".repeat(300) } }, '{"data":{"taskId":"a\\ud800"}}', `{"data":{"taskId":"a"},"x":"${"x".repeat(70_000)}"}`]) {
        assert.equal(await call(genuine, body), 400, JSON.stringify(body).slice(0, 80));
      }
      assert.equal((await looks(id)).length, 1);
      leave();
    });

    it("is nowhere without objects, and needs the key", BOUND, async () => {
      const plain = await startInWorkerd({ apiKey: simulator.key });
      try {
        const reply = await fetch(await callbackUrl(plain.url, simulator.key), { method: "POST", body: JSON.stringify(done("a")) });
        assert.deepEqual([reply.status, Object.keys(await reply.json())], [404, ["error"]]);
      } finally {
        await plain.stop();
      }
      assert.equal(await call(await callbackUrl(keyless.urls[0], simulator.key), done("a")), 500);
      for (const apiKey of [123, {}, "  ", "a b"]) {
        const gateway = createGateway({ apiKey: () => /** @type {any} */ (apiKey), tasks: /** @type {any} */ ({ idFromName: () => assert.fail("it was believed") }) });
        const reply = await gateway(new Request(await callbackUrl(home, "a key"), { method: "POST", body: JSON.stringify(done("a")) }));
        assert.equal(reply.status, 500, String(apiKey));
      }
    });

    it("has an address of the gateway and a key, or there is none", BOUND, async () => {
      for (const [base, apiKey] of [["https://a.example/?x=1", "k"], ["https://a.example/#x", "k"], ["https://a.example/?", "k"], ["https://u:p@a.example/", "k"], ["/path", "k"], ["ftp://a.example", "k"], ["https://a.example", ""], ["https://a.example", " "], ["https://a.example", undefined]]) {
        await assert.rejects(callbackUrl(String(base), /** @type {any} */ (apiKey)), { name: "TaskError", kind: "invalid-argument" }, String([base, apiKey]));
      }
      assert.match(await callbackUrl(new URL("https://a.example/prefix/"), "k"), /^https:\/\/a\.example\/prefix\/api\/v1\/nanobanana\/callback\//);
    });
  });
});
