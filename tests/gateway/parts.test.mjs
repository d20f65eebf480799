// @ts-check
/** Parts of the gateway and the task's object that decide something by themselves. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { createGateway } from "../../pkg/gateway.js";
import { isPublicAddress } from "../../npm/gateway/address.js";
import { addressOf } from "../../npm/gateway/caller.js";
import { createLimiter, networksOf } from "../../npm/gateway/rate-limit.js";
import { isPublicName } from "../../npm/gateway/picture.js";
import { createShared } from "../../npm/gateway/shared.js";
import { isTaskId } from "../../npm/gateway/task-id.js";
import { waitForTask } from "../../pkg/index.js";
import { after, begun } from "../../npm/durable-object/record.js";
import { step } from "../../npm/durable-object/step.js";
import { startRogue } from "./upstream.mjs";

describe("what may be asked for a picture", () => {
  it("is a public name, as far as a name tells", () => {
    for (const name of ["pictures.example", "a.b.example.com", "xn--bcher-kva.example", "localhost.example", "example.com."]) assert.ok(isPublicName(name), name);
    const own = ["kubernetes.default", "redis.production", "vault.service.consul", "x.private", "gw.intra", "nas.homenet", "metadata.goog", "metadata.google.internal", "api.default.svc.cluster", "db.docker", "web.staging", "localhost", "localhost.", "x.localhost", "localhost.localdomain", "printer.local", "db.internal", "wiki.intranet", "nas.lan", "tv.home", "ad.corp", "api.default.svc", "1.0.0.127.in-addr.arpa", "a.test", "a.invalid", "a.onion", "router", "127.0.0.1", "8.8.8.8", "[::1]", "[2001:db8::1]"];
    for (const name of own) assert.ok(!isPublicName(name), name);
  });
});

describe("an address that a name leads to", () => {
  it("is public, or one of the machine's own networks in any spelling", () => {
    for (const address of ["8.8.8.8", "1.1.1.1", "168.63.129.15", "168.63.129.17", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001:82b::200e", "64:ff9b::808:808", "::ffff:8.8.8.8"]) assert.ok(isPublicAddress(address), address);
    const own = [
      "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.1", "168.63.129.16", "::ffff:168.63.129.16", "64:ff9b::a83f:8110", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255",
      "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "3fff::1",
      "::127.0.0.1", "", "localhost", "8.8.8", "1.2.3.4.5",
    ];
    for (const address of own) assert.ok(!isPublicAddress(address), address);
  });
});

describe("a task's id", () => {
  it("is text of 1 to 256 bytes", () => {
    for (const id of ["a", "日本語 🍌", "x".repeat(256), "a/b?c#d%"]) assert.ok(isTaskId(id), id);
    for (const id of [undefined, null, 7, "", " ", "x".repeat(257), "日".repeat(86), "a\n", "\0", "\ud800", "a\ufffd", '{"v":1}']) assert.ok(!isTaskId(id), String(id));
  });
});

describe("callers", () => {
  const visitor = (/** @type {string} */ hostname) => networksOf(addressOf(new Request("http://x.example"), { remoteAddr: { hostname } }))[0];

  it("are told apart by address, and in IPv6 by the network that one visitor has to himself", () => {
    assert.notEqual(visitor("192.0.2.1"), visitor("192.0.2.2"));
    assert.equal(visitor("2001:db8:1:2::1"), visitor("2001:db8:1:2:ffff:0:0:9"));
    assert.notEqual(visitor("2001:db8:1:2::1"), visitor("2001:db8:1:3::1"));
    assert.equal(visitor("2001:db8::1"), visitor("2001:db8:0:0:7::"));
  });

  it("are the same however their address is spelt", () => {
    for (const spelt of ["2001:DB8:1:2:0:0:0:9", "2001:0db8:0001:0002::1", "[2001:db8:1:2::5]", "2001:db8:1:2::1%eth0", " 2001:db8:1:2::1 "]) assert.equal(visitor(spelt), "2001:db8:1:2");
    for (const spelt of ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201", "::FFFF:C000:0201", "0:0:0:0:0:ffff:192.0.2.1"]) assert.equal(visitor(spelt), "192.0.2.1");
    assert.notEqual(visitor("::ffff:c000:202"), visitor("::ffff:c000:201"));
  });

  it("get no new bucket with each address of a large network, and do not push others out", () => {
    const limit = createLimiter(3);
    assert.equal(limit("192.0.2.1"), null);
    for (let times = 0; times < 5; times += 1) limit("192.0.2.1");
    /** @param {number} number @param {string} prefix */
    const flood = (number, prefix) => {
      let passed = 0;
      for (let index = 0; index < number; index += 1) passed += limit(`${prefix}${index.toString(16)}::1`) === null ? 1 : 0;
      return passed;
    };
    // One /48 has 65536 networks of a visitor each.
    const passed = flood(65_536, "2001:db8:1:");
    assert.ok(passed <= 10_010, `${passed} of one /48`);
    assert.equal(limit("192.0.2.1")?.status, 429, "the one who was there before is still known");
    // And so has a provider's /32 of /48s.
    const wide = flood(30_000, "2001:dba:");
    assert.ok(wide <= 10_010, `${wide} of one /32`);
  });

  it("have what they may ask back over the minute, and no more of it where the clock is set back", (context) => {
    context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    const limit = createLimiter(6);
    const allowed = (/** @type {number} */ times) => Array.from({ length: times }, () => limit("one") === null).filter(Boolean).length;
    assert.equal(allowed(10), 6);
    context.mock.timers.setTime(1_020_000);
    assert.equal(allowed(10), 2);
    context.mock.timers.setTime(500_000);
    assert.equal(allowed(10), 0);
    assert.equal(limit("another"), null);
    context.mock.timers.setTime(520_000);
    assert.equal(allowed(10), 2);
  });
});

describe("what authorize answers with", () => {
  it("may be the same each time", async () => {
    const closed = new Response("closed", { status: 418 });
    const gateway = createGateway({ apiKey: "k", authorize: () => closed });
    for (let times = 0; times < 3; times += 1) {
      const reply = await gateway(new Request("https://a.example/api/v1/nanobanana/record-info?taskId=t"));
      assert.deepEqual([reply.status, await reply.text()], [418, "closed"]);
    }
  });
});

describe("a picture that nobody reads to its end", () => {
  it("leaves neither a timer nor a connection behind", async () => {
    const { url, pictures, stop } = await startRogue();
    const gateway = createGateway({ apiKey: "k", upstream: `${url}/prefix`, picture: { hosts: [new URL(url).host] } });
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    for (const method of ["GET", "HEAD"]) {
      const { status, body } = await gateway(new Request("https://a.example/api/v1/nanobanana/result?taskId=at-slow", { method }));
      assert.equal(status, 200);
      const reader = body?.getReader();
      assert.ok(!(await reader?.read())?.done);
      await reader?.cancel();
    }
    assert.equal(timers(), before);
    for (const { socket } of pictures) await new Promise((resolve) => (socket.destroyed ? resolve(null) : socket.once("close", resolve)));
    assert.equal(pictures.length, 2);
    await stop();
  });
});

describe("a look that several callers share", () => {
  /** @type {import("../../npm/gateway/answer.js").Answer} */
  const answer = { status: 200, code: 200, body: "{}", picture: null };

  it("is not waited for by the others when it has not come back in 16 s: its visitor may have left, and it with him", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    let looks = 0;
    const ask = createShared(() => ((looks += 1) === 1 ? new Promise(() => {}) : Promise.resolve(answer)), true);
    void ask("t", undefined);
    /** @type {unknown} */
    let got = null;
    const second = ask("t", undefined).then((given) => (got = given));
    context.mock.timers.tick(15_999);
    await new Promise(setImmediate);
    assert.deepEqual([looks, got], [1, null]);
    context.mock.timers.tick(1);
    assert.equal(await second, answer);
    assert.equal(looks, 2);
  });

  it("is one for each task, and that of one is not held up by another's", async () => {
    /** @type {string[]} */
    const looks = [];
    const ask = createShared((taskId) => (looks.push(taskId), taskId === "slow" ? new Promise(() => {}) : Promise.resolve({ ...answer, body: taskId })), true);
    void ask("slow", undefined);
    const all = await Promise.all(["a", "b", "a"].map((taskId) => ask(taskId, undefined)));
    assert.deepEqual(all.map(({ body }) => body), ["a", "b", "a"]);
    assert.deepEqual(looks, ["slow", "a", "b"]);
  });
});

describe("a gateway whose upstream has no valid certificate", () => {
  // A server without TLS, which is asked over TLS.
  it("says so to its callers and its owner, and a wait that was never of use ends", { timeout: 60_000 }, async (t) => {
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const told = t.mock.method(console, "error", () => {});
    const gateway = createGateway({ apiKey: "a-secret-key", upstream: `https://127.0.0.1:${port}`, cache: false, maxRequestsPerMinute: 100_000 });
    let good = false;
    const state = { code: 200, msg: "success", data: { taskId: "t", successFlag: 0, response: null } };
    /** @param {string} url @param {RequestInit} init */
    const fetch = async (url, init) => {
      if (good) return ((good = false), Response.json(state));
      return gateway(new Request(url, init));
    };
    /** @type {import("../../pkg/index.js").WaitOptions} */
    const options = { baseUrl: "http://own.test", fetch, pace: "eager", timeoutMs: 45_000 };
    try {
      const error = await waitForTask("t", options).catch((thrown) => thrown);
      assert.deepEqual([error.kind, error.attempts], ["server", 5], error.message);
      assert.match(error.message, /^The gateway could not reach the API, whose name does not exist or whose TLS or certificate is refused: .* network \(/);
      assert.ok(!error.message.includes(`${port}`));
      const lines = told.mock.calls.map((call) => call.arguments.join(" "));
      assert.equal(lines.length, 1, `${lines}`);
      assert.match(String(lines[0]), /check the option upstream: .*(SSL|EPROTO)/);
      assert.ok(!String(lines[0]).includes("a-secret-key"));
      good = true;
      const later = await waitForTask("t", { ...options, timeoutMs: 20_000 }).catch((thrown) => thrown);
      assert.equal(later.kind, "timed-out", "after a good poll it may pass");
    } finally {
      server.close();
    }
  });
});

describe("the steps of an object", () => {
  /** Takes steps by these replies until the wait has ended: the pauses, and how it ended. @param {(number | object)[]} replies */
  const steps = async (replies) => {
    let known = begun("t", 0);
    const pauses = [];
    for (const reply of replies) {
      const body = typeof reply === "object" ? reply : { message: "no envelope" };
      const fetch = async () => Response.json(body, { status: typeof reply === "number" ? reply : 200 });
      const taken = await step(waitForTask, known.handle ?? "t", { baseUrl: "http://own.test", apiKey: "key", fetch }, { paramJson: false, apiMessages: false }, known.history);
      known = after(known, taken, 0);
      if (known.end !== null) return { pauses, end: known.end, code: known.answer?.code };
      pauses.push(Math.round(known.nextLookAt / 1_000));
    }
    return { pauses, end: known.end, code: known.answer?.code };
  };
  /** @param {object} [data] */
  const task = (data) => ({ code: 200, msg: "success", data: { taskId: "t", successFlag: 0, response: null, ...data } });
  const refused = { code: 401, msg: "Unauthorized", data: null };

  it("have longer pauses after each failure in a row, up to ten seconds", async () => {
    const { pauses, end } = await steps([502, 502, 502, 502, 502, 502]);
    assert.ok(pauses.every((pause, n) => Math.abs(pause - Math.min(2 ** n, 10)) <= 2), `${pauses}`);
    assert.deepEqual([pauses.at(-1), end], [10, null]);
  });

  it("ride out a stray answer after a good poll, and report one that stays", async () => {
    for (const stray of [404, 409, 410, 499, refused]) {
      assert.equal((await steps([task(), stray, stray, stray, task()])).end, null, JSON.stringify(stray));
      const stays = await steps([task(), stray, stray, stray, stray, task()]);
      assert.deepEqual([stays.end, stays.pauses.length], ["refused", 4], JSON.stringify(stray));
    }
  });

  it("end where the API never knows the task, as a wait that goes through does", async () => {
    for (const first of [[], [task()]]) {
      const replies = [...first, ...Array(5).fill({ code: 404, msg: "not found", data: null })];
      const fetch = async () => Response.json(replies.shift());
      const options = { baseUrl: "http://own.test", apiKey: "key", fetch, notFoundGraceMs: 1_500 };
      let known = begun("t", Date.now());
      while (known.end === null && replies.length > 0) {
        const taken = await step(waitForTask, known.handle ?? "t", options, { paramJson: false, apiMessages: false }, known.history);
        known = after(known, taken, Date.now());
        await new Promise((resolve) => setTimeout(resolve, known.end === null ? known.nextLookAt - Date.now() : 0));
      }
      assert.deepEqual([known.end, known.answer?.code], ["refused", 404]);
    }
  });

  it("give a stray answer a few attempts before any good poll, and a refused key none", async () => {
    assert.deepEqual((await steps([404, 404, 404, 404])).pauses.length, 2);
    assert.deepEqual((await steps([refused, refused])).pauses.length, 0);
  });

  it("do not take a success for the end before it names its picture, and do not wait for that for long", async () => {
    const bare = task({ successFlag: 1 });
    const done = task({ successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } });
    assert.equal((await steps([task(), bare, bare, done])).end, "done");
    const never = await steps([task(), bare, bare, bare, bare, bare]);
    assert.equal(never.end, "refused");
    assert.ok(never.pauses.slice(1).every((pause) => pause <= 5), `${never.pauses}`);
  });
});

describe("what an object knows of its task", () => {
  /** @param {Partial<import("../../npm/durable-object/step.js").Step>} more @returns {import("../../npm/durable-object/step.js").Step} */
  const taken = (more) => ({ answer: { status: 502, code: 502, body: "{}", picture: null }, handle: null, pauseMs: 1_000, end: null, history: null, ...more });

  it("has at least the core's least pause, and what the next step is judged by until an end", () => {
    const history = { seen: 1, failures: 2, limited: 1 };
    const known = after(begun("t", 0), taken({ history }), 5_000);
    assert.deepEqual([known.nextLookAt, known.history], [6_000, history]);
    assert.equal(after(known, taken({ pauseMs: 0, history }), 0).nextLookAt, 800);
    assert.deepEqual(after(known, taken({ end: "refused" }), 0).history, begun("t", 0).history);
  });

  it("has another version where there is something else to tell, and else the same", () => {
    const first = after(begun("t", 0), taken({}), 0);
    const again = after(first, taken({}), 0);
    const other = after(again, taken({ answer: { status: 200, code: 200, body: "{1}", picture: null } }), 0);
    assert.deepEqual([first.version, again.version, other.version], [1, 1, 2]);
  });
});
