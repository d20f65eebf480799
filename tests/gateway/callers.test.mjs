// @ts-check
/**
 * Who counts as one caller, directly and behind proxies that append to X-Forwarded-For; over real
 * sockets.
 */

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { callerAddress } from "../../npm/gateway/caller-id.js";
import { createTurns } from "../../npm/gateway/turns.js";
import { createGateway } from "../../pkg/gateway.js";
import { waitForTask } from "../../pkg/index.js";
import { startUpstream } from "../page/upstream.mjs";
import { startSimulator } from "../processes.mjs";
import { PLACES } from "./places.mjs";

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const BOUND = { timeout: 60_000 };
const USERS = 200;

/**
 * @param {string} hostname
 * @param {Record<string, string>} [headers]
 * @param {number | string} [trustProxy]
 */
const addressFrom = (hostname, headers = {}, trustProxy) =>
  callerAddress(
    new Request("http://x.example", { headers }),
    { remoteAddr: { hostname } },
    trustProxy,
  );

describe("a caller's address", () => {
  it("is that of the connection, where that can be one visitor's", () => {
    for (const address of ["9.9.9.9", "8.8.4.4", "172.32.0.1", "100.128.0.1", "11.0.0.1"])
      assert.equal(addressFrom(address), address);
    assert.equal(addressFrom("::ffff:9.9.9.9"), "9.9.9.9");
    assert.equal(addressFrom("2606:4700:1:2::9"), "2606:4700:1:2:0:0:0:9");
  });

  it("is unknown on this machine and in private networks, which is where proxies are", () => {
    const own = [
      "127.0.0.1",
      "127.8.0.1",
      "10.1.2.3",
      "172.16.0.1",
      "172.31.255.1",
      "192.168.1.1",
      "169.254.1.1",
      "100.64.0.1",
      "0.0.0.0",
      "::1",
      "::",
      "fd00::1",
      "fc00::1",
      "fe80::1%eth0",
      "::ffff:10.0.0.1",
    ];
    for (const address of [...own, "", "unknown", "/run/gateway.sock"])
      assert.equal(addressFrom(address), "", address);
  });

  it("is unknown where the request says that it came through a proxy", () => {
    for (const name of ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
      assert.equal(addressFrom("9.9.9.9", { [name]: "203.0.113.7" }), "", name);
  });

  it("is the connection's whatever the request says, where there is no proxy", () => {
    assert.equal(addressFrom("9.9.9.9", { "X-Forwarded-For": "203.0.113.7" }, 0), "9.9.9.9");
    assert.equal(addressFrom("127.0.0.1", {}, 0), "127.0.0.1");
  });

  it("is what the outermost trusted proxy appended, whatever has been forged before that", () => {
    const forged = "198.51.100.1, 198.51.100.2";
    for (const [header, hops, address] of /** @type {const} */ ([
      ["203.0.113.7", 1, "203.0.113.7"],
      [`${forged}, 203.0.113.7`, 1, "203.0.113.7"],
      [`${forged}, 203.0.113.7, 10.0.0.9`, 2, "203.0.113.7"],
      [`${forged},203.0.113.7 ,10.0.0.8,10.0.0.9`, 3, "203.0.113.7"],
      [`${forged}, 203.0.113.7:4711`, 1, "203.0.113.7"],
      [`${forged}, [2001:db8:1:2::9]:4711`, 1, "2001:db8:1:2:0:0:0:9"],
      [`${forged}, "2001:db8:1:2::9"`, 1, "2001:db8:1:2:0:0:0:9"],
      [`${forged}, 2001:DB8:1:2:0:0:0:9`, 1, "2001:db8:1:2:0:0:0:9"],
      [`${forged}, ::ffff:203.0.113.7`, 1, "203.0.113.7"],
    ])) {
      assert.equal(addressFrom("10.0.0.1", { "X-Forwarded-For": header }, hops), address, header);
    }
  });

  it("is the connection's where the request came around the proxies or names no address", () => {
    for (const header of [
      "",
      "unknown",
      "203.0.113.7, ",
      "203.0.113.7, _hidden",
      "203.0.113.7, 1.2.3",
      "203.0.113.7, :::1",
      "a".repeat(10_000),
    ]) {
      assert.equal(addressFrom("9.9.9.9", { "X-Forwarded-For": header }, 1), "9.9.9.9", header);
    }
    assert.equal(addressFrom("9.9.9.9", { "X-Forwarded-For": "203.0.113.7" }, 2), "9.9.9.9");
    assert.equal(addressFrom("9.9.9.9", {}, 1), "9.9.9.9");
    assert.equal(
      addressFrom("9.9.9.9", { "X-Forwarded-For": "203.0.113.7" }, "X-Real-IP"),
      "9.9.9.9",
    );
  });

  it("is what stands in the header that trustProxy names", () => {
    assert.equal(
      addressFrom(
        "10.0.0.1",
        { "X-Real-IP": "203.0.113.7", "X-Forwarded-For": "198.51.100.1" },
        "x-real-ip",
      ),
      "203.0.113.7",
    );
    assert.equal(
      addressFrom(
        "10.0.0.1",
        { "X-Forwarded-For": "198.51.100.1, 203.0.113.7" },
        "X-Forwarded-For",
      ),
      "203.0.113.7",
    );
    const forwarded = 'for=198.51.100.1, for="[2001:db8:1:2::9]:4711";proto=https;by=10.0.0.1';
    assert.equal(
      addressFrom("10.0.0.1", { Forwarded: forwarded }, "Forwarded"),
      "2001:db8:1:2:0:0:0:9",
    );
  });

  it("is asked of no proxy but one that is named as it can be", () => {
    for (const trustProxy of [-1, 1.5, NaN, Infinity, "", "a b", "x:y", true, null, []]) {
      assert.throws(
        () => createGateway({ apiKey: "k", trustProxy: /** @type {any} */ (trustProxy) }),
        { name: "TaskError", message: /trustProxy/ },
        String(trustProxy),
      );
    }
  });
});

describe("the turns of those who come again", () => {
  it("are one interval apart, and no further off than five minutes", () => {
    const turns = createTurns(5, 5_000);
    const times = Array.from({ length: 2_000 }, (_, index) => turns.promise(`t${index}`, 5_000, 0));
    assert.deepEqual(times.slice(0, 3).map(Math.round), [5_000, 5_200, 5_400]);
    assert.ok(times.every((time) => time >= 5_000 && time <= 300_000));
    assert.ok(new Set(times).size > 1_900, "beyond that they are spread");
    assert.equal(turns.promise("t1", 100, 1_000), 4_200, "and a promise is kept");
  });

  it("are forgotten where the clock is set back, and not waited for", () => {
    const turns = createTurns(5, 5_000);
    for (let index = 0; index < 100; index += 1) turns.promise(`t${index}`, 5_000, 10_000_000);
    assert.equal(turns.patience("new", 10_000_000), 0);
    assert.equal(turns.patience("new", 1_000_000), 5_000);
    assert.equal(turns.promise("t50", 5_000, 1_000_000), 5_000);
  });

  it("are for those who were promised them, before whoever comes in between", () => {
    const turns = createTurns(5, 5_000);
    assert.equal(turns.patience("new", 0), 5_000);
    for (let index = 0; index < 100; index += 1) turns.promise(`t${index}`, 5_000, 0);
    assert.deepEqual(
      [turns.patience("new", 1_000), turns.patience("t50", 1_000), turns.patience("t0", 1_000)],
      [0, 0, 10_000],
    );
    assert.deepEqual(
      [turns.patience("t50", 12_000), turns.patience("t0", 60_000)],
      [10_000, 10_000],
    );
    turns.end("t0");
    assert.equal(turns.patience("t0", 1_000), 0);
  });
});

/**
 * A proxy as they come: it appends the address that it was called from to what the request brings.
 *
 * @param {string} target
 */
function startProxy(target) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  return startUpstream((incoming, outgoing) => {
    const before = incoming.headers["x-forwarded-for"];
    const headers = {
      ...incoming.headers,
      "x-forwarded-for": `${before ? `${before}, ` : ""}${incoming.socket.remoteAddress}`,
    };
    const passed = http.request(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method, headers, agent },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      },
    );
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
}

/**
 * @param {string} url
 * @param {{ from?: string, headers?: Record<string, string> }} [options]
 * @returns {Promise<{ status: number, retryAfter: number }>}
 */
function ask(url, { from, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(
      `${url}${RECORD_INFO}?taskId=pending--one`,
      { agent: false, headers, ...(from && { localAddress: from }) },
      (reply) => {
        reply.resume().once("end", () =>
          resolve({
            status: reply.statusCode ?? 0,
            retryAfter: Number(reply.headers["retry-after"] ?? NaN),
          }),
        );
      },
    );
    request.once("error", reject);
  });
}

describe("callers behind a proxy", () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  /** @type {{ stop: () => Promise<void> }[]} */
  const running = [];
  before(async () => (simulator = await startSimulator()), BOUND);
  after(async () => {
    for (const each of running.reverse()) await each.stop();
    await simulator?.stop();
  }, BOUND);

  /** @param {Partial<import("./places.mjs").Told>} told */
  async function behindProxy(told) {
    const place = await PLACES["Node.js"]?.({
      apiKey: simulator.key,
      upstream: simulator.url,
      maxRequestsPerSecond: Infinity,
      ...told,
    });
    const proxy = await startProxy(place?.url ?? "");
    running.push(/** @type {import("./places.mjs").Place} */ (place), proxy);
    return proxy.url;
  }

  it(
    "are not limited where they cannot be told apart, which is said once",
    BOUND,
    async (context) => {
      const warn = context.mock.method(console, "warn", () => {});
      const url = await behindProxy({ maxRequestsPerMinute: 5 });
      const got = await Promise.all(Array.from({ length: 50 }, () => ask(url)));
      assert.ok(got.every(({ status }) => status === 200));
      assert.equal(warn.mock.callCount(), 1);
      const [text] = warn.mock.calls[0]?.arguments ?? [];
      assert.match(text, /^nanobanana-task\/gateway: .*trustProxy.*callerId$/);
    },
  );

  it("are not limited where nothing is known of them, as in Next.js", BOUND, async (context) => {
    const warn = context.mock.method(console, "warn", () => {});
    const gateway = createGateway({
      apiKey: simulator.key,
      upstream: simulator.url,
      maxRequestsPerMinute: 5,
    });
    for (let times = 0; times < 50; times += 1) {
      assert.equal(
        (
          await gateway(new Request(`http://x.example${RECORD_INFO}?taskId=pending--next`), {
            params: {},
          })
        ).status,
        200,
      );
    }
    assert.equal(warn.mock.callCount(), 1);
  });

  it(
    "are limited each where the proxy tells them apart, whatever they forge",
    BOUND,
    async (context) => {
      const warn = context.mock.method(console, "warn", () => {});
      const url = await behindProxy({ maxRequestsPerMinute: 5, trustProxy: 1 });
      const forged = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          ask(url, { from: "127.0.0.2", headers: { "x-forwarded-for": `198.51.100.${index}` } }),
        ),
      );
      assert.equal(forged.filter(({ status }) => status === 429).length, 15);
      assert.equal((await ask(url, { from: "127.0.0.3" })).status, 200);
      // One claims to be the other, and is refused for what it is.
      assert.equal(
        (await ask(url, { from: "127.0.0.2", headers: { "x-forwarded-for": "127.0.0.3" } })).status,
        429,
      );
      assert.equal((await ask(url, { from: "127.0.0.3" })).status, 200);
      assert.equal(warn.mock.callCount(), 0);
    },
  );

  it("that are refused come back one after the other", BOUND, async () => {
    const url = await behindProxy({ maxRequestsPerMinute: 60, trustProxy: 1 });
    const got = await Promise.all(Array.from({ length: 80 }, () => ask(url)));
    const seconds = got
      .flatMap(({ status, retryAfter }) => (status === 429 ? [retryAfter] : []))
      .sort((a, b) => a - b);
    assert.ok(seconds.length >= 15 && seconds.length <= 20, `${seconds.length} refused`);
    // There is room for one more each second. Two may be told the same as the clock goes on.
    assert.ok(new Set(seconds).size >= seconds.length - 3, String(seconds));
    const last = seconds.at(-1) ?? 0;
    assert.ok(last >= seconds.length - 3 && last <= seconds.length + 3, String(seconds));
  });

  it(`are all served, ${USERS} of them with a task each`, BOUND, async (context) => {
    context.mock.method(console, "warn", () => {});
    const url = await behindProxy({});
    /** @type {number[]} */
    const statuses = [];
    const noting = async (
      /** @type {RequestInfo | URL} */ address,
      /** @type {RequestInit | undefined} */ init,
    ) => {
      const reply = await fetch(address, init);
      statuses.push(reply.status);
      return reply;
    };
    const began = performance.now();
    await Promise.all(
      Array.from({ length: USERS }, (_, index) =>
        waitForTask(`success-6s--user-${index}`, {
          baseUrl: url,
          fetch: /** @type {any} */ (noting),
          pace: "eager",
        }),
      ),
    );
    assert.ok(statuses.length > 300, "more than one caller may ask in a minute");
    assert.deepEqual(
      statuses.filter((status) => status !== 200),
      [],
    );
    assert.ok(performance.now() - began < 20_000);
  });
});
