// @ts-check
/** What callers and a rogue upstream may try on the gateway, over real sockets, in Node.js and in workerd. */

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { getTaskDetails, waitForTask } from "../../pkg/index.js";
import { createGateway } from "../../pkg/gateway.js";
import { newKey } from "../processes.mjs";
import { PLACES } from "./places.mjs";
import { FORMATS, poured, startRogue } from "./upstream.mjs";

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const RESULT = "/api/v1/nanobanana/result";
const BOUND = { timeout: 60_000 };
const MEGABYTE = 1_048_576;
const VARY = "Origin, Sec-Fetch-Site";
const key = newKey();

/** @typedef {{ status: number, headers: http.IncomingHttpHeaders, body: string, bytes: number, cut: boolean }} Got */

let number = 0;
/** An id that no cache knows. @param {string} what */
const fresh = (what) => `${what}--${(number += 1)}`;

/**
 * A request as written: no client tidies its path or headers.
 * @param {string} url
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string | string[]> }} [options]
 * @returns {Promise<Got>}
 */
async function ask(url, path, { method = "GET", headers = {} } = {}) {
  const { port, host } = new URL(url);
  const request = http.request({ host: "127.0.0.1", port, path, method, headers: { host, ...headers }, agent: false });
  request.end();
  const [reply] = /** @type {[http.IncomingMessage]} */ (await once(request, "response", { signal: AbortSignal.timeout(30_000) }));
  const got = { status: reply.statusCode ?? 0, headers: reply.headers, body: "", bytes: 0, cut: false };
  assert.ok(!JSON.stringify([reply.headers, reply.statusMessage]).includes(key), "the key is in no header");
  try {
    for await (const chunk of reply) {
      got.bytes += chunk.length;
      if (got.bytes < MEGABYTE) got.body += chunk;
    }
  } catch {
    got.cut = true;
  }
  assert.ok(!got.body.includes(key), "the key is in no reply");
  return got;
}

/** A refusal is JSON, with a code and a reason. @param {Got} got @param {number} status @param {RegExp} says */
function isRefusal(got, status, says) {
  assert.equal(got.status, status, got.body);
  assert.match(got.headers["content-type"] ?? "", /^application\/json/);
  assert.equal(got.headers["cache-control"], "no-store");
  assert.equal(got.headers.vary, VARY);
  const { code, msg, data } = JSON.parse(got.body);
  assert.deepEqual([code, data], [status, null]);
  assert.match(msg, says);
}

/** Other spellings of the path, and paths that end with it: a guard before the gateway may know none of them. @param {string} base */
const otherPaths = (base) =>
  [
    `/public${base}${RECORD_INFO}`, `/x/..;${base}${RECORD_INFO}`, `//${base}${RECORD_INFO}`, `//x${base}${RECORD_INFO}`, `/${base}${RECORD_INFO}`, `${base}//api/v1/nanobanana/record-info`,
    `${base}/api/v1//nanobanana/record-info`, `${base}/API/v1/nanobanana/record-info`, `${base}/api/v1/nanobanana/record%2Dinfo`, `${base}/api%2Fv1/nanobanana/record-info`, `${base}${RECORD_INFO}//`,
    `${base}${RECORD_INFO};x`, `${base}${RECORD_INFO}/.;/`, `/public${base}${RESULT}`,
  ].map((path) => `${path}?taskId=t`);

/** Nothing at this path is no envelope: the API's 404 means an unknown task. @param {Got} got */
function hasNothing(got) {
  assert.deepEqual([got.status, got.headers["cache-control"], got.headers.vary], [404, "no-store", VARY], got.body);
  assert.match(got.headers["content-type"] ?? "", /^application\/json/);
  assert.deepEqual(Object.keys(JSON.parse(got.body)), ["error"]);
  assert.match(JSON.parse(got.body).error, /nothing here/);
}

for (const [name, start] of Object.entries(PLACES)) {
  describe(`the gateway in ${name}`, { timeout: 180_000 }, () => {
    /** @type {Awaited<ReturnType<typeof startRogue>>} */
    let rogue;
    /** @type {import("./places.mjs").Place[]} */
    let places = [];
    let plain = "";
    let guarded = "";
    let keyless = "";
    let small = "";
    let open = "";
    let portless = "";
    /** It forgets after each request that the API has asked to be left alone. */
    let oblivious = "";
    let outspoken = "";

    before(async () => {
      rogue = await startRogue();
      const upstream = `${rogue.url}/prefix/`;
      const shared = { upstream, apiKey: key, maxRequestsPerMinute: 100_000, maxRequestsPerSecond: Infinity };
      const hosts = [new URL(rogue.url).host];
      places = await Promise.all([
        start({ ...shared, allowedOrigins: ["https://app.example"], picture: { hosts } }),
        start({ ...shared, hooks: "visitors", maxRequestsPerMinute: 20, picture: { hosts } }),
        start({ upstream, apiKey: "" }),
        start({ ...shared, cache: false, paramJson: true, apiMessages: true, picture: true, basePath: "/deep/down" }),
        start({ ...shared, picture: { hosts, public: true } }),
        start({ ...shared, picture: { hosts: ["127.0.0.1"] } }),
        start({ ...shared, anew: true, picture: { hosts } }),
        start({ ...shared, anew: true, apiMessages: true }),
      ]);
      [plain = "", guarded = "", keyless = "", small = "", open = "", portless = "", oblivious = "", outspoken = ""] = places.map(({ url }) => url);
    }, BOUND);
    after(() => Promise.all([...places.map(({ stop }) => stop()), rogue?.stop()]), BOUND);

    /** What reached the API while `action` ran. @param {() => Promise<unknown>} action */
    const passedOn = async (action) => {
      const first = rogue.asked.length;
      await action();
      return rogue.asked.slice(first);
    };
    /** @param {string} url */
    const baseOf = (url) => (url === small ? "/deep/down" : "");
    /** @param {string} id @param {string} [url] */
    const look = (id, url = plain) => ask(url, `${baseOf(url)}${RECORD_INFO}?taskId=${encodeURIComponent(id)}`);
    /** @param {string} id @param {string} [url] */
    const result = (id, url = plain) => ask(url, `${baseOf(url)}${RESULT}?taskId=${encodeURIComponent(id)}`);

    it("sends up the task id and the key, and nothing else of the caller's", BOUND, async () => {
      const headers = { cookie: "a=b", authorization: "Bearer mine", "x-forwarded-for": "1.2.3.4", "accept-language": "tlh", referer: "http://x/", te: "trailers" };
      const [got, more] = await passedOn(() => ask(plain, `${RECORD_INFO}?taskId=a%26b%20c&other=1`, { headers }));
      assert.equal(more, undefined);
      assert.equal(got?.url, `/prefix${RECORD_INFO}?taskId=a%26b%20c`);
      assert.equal(got?.method, "GET");
      assert.equal(got?.headers.authorization, `Bearer ${key}`);
      for (const name of ["cookie", "x-forwarded-for", "referer", "te"]) assert.equal(got?.headers[name], undefined, name);
      assert.notEqual(got?.headers["accept-language"], "tlh");
    });

    it("takes odd task ids for what they are: text", BOUND, async () => {
      for (const id of ["a/b", "a?b=c", "a#b", "a%2fb", "../../generate", "..", "a&taskId=b", "日本語 🍌", "a\\b", "'\"<>", "a+b", "http://evil.example/", "x".repeat(256)]) {
        const [got, more] = await passedOn(() => look(id));
        assert.equal(more, undefined, id);
        const url = new URL(got?.url ?? "/", "http://x");
        assert.equal(url.pathname, `/prefix${RECORD_INFO}`, id);
        assert.deepEqual([...url.searchParams], [["taskId", id]]);
      }
    });

    it("refuses what is no task id, and asks nobody", BOUND, async () => {
      const wishes = ["", "?", "?taskId=", "?taskId=%20", "?taskId=a&taskId=b", "?taskId=a&taskId=a", "?task_id=a", "?taskid=a", "?taskId=a%0d%0aX:1", "?taskId=%00", "?taskId=a%00b", "?taskId=%ff", "?taskId=%ed%a0%80", `?taskId=${"a".repeat(257)}`, `?taskId=${"a".repeat(8_000)}`, "?taskId=%7B%22v%22:1%7D"];
      const sent = await passedOn(async () => {
        for (const wish of wishes) isRefusal(await ask(plain, RECORD_INFO + wish), 400, /taskId|handle/);
      });
      assert.deepEqual(sent, []);
    });

    it("has two paths and reads only", BOUND, async () => {
      const sent = await passedOn(async () => {
        for (const path of [...otherPaths(""), "/", "/api/v1/nanobanana/generate?taskId=t", "/api/v1/common/credit", `${RECORD_INFO}//?taskId=t`, `${RECORD_INFO}x?taskId=t`, `/x?y=${RECORD_INFO}&taskId=t`, "/api/v1/nanobanana/record-info%2F..?taskId=t"]) {
          hasNothing(await ask(plain, path));
        }
        for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
          const got = await ask(plain, `${RECORD_INFO}?taskId=t`, { method });
          isRefusal(got, 405, /GET/);
          assert.equal(got.headers.allow, "GET, HEAD");
        }
      });
      assert.deepEqual(sent, []);
      const head = await ask(plain, `${RECORD_INFO}?taskId=${fresh("pending")}`, { method: "HEAD" });
      assert.deepEqual([head.status, head.body], [200, ""]);
      // The picture's route is there for whoever has switched it on.
      hasNothing(await ask(keyless, `${RESULT}?taskId=t`));
    });

    it("takes the slash that some frameworks end every path with", BOUND, async () => {
      const [got] = await passedOn(() => ask(plain, `${RECORD_INFO}/?taskId=slash`));
      assert.equal(got?.url, `/prefix${RECORD_INFO}?taskId=slash`);
      assert.equal((await ask(plain, `${RESULT}/?taskId=${fresh("done")}`)).status, 200);
    });

    it("answers below its base path, and nowhere else", BOUND, async () => {
      assert.equal((await ask(small, `/deep/down${RECORD_INFO}?taskId=${fresh("pending")}`)).status, 200);
      assert.equal((await ask(small, `/deep/down${RECORD_INFO}/?taskId=${fresh("pending")}`)).status, 200);
      const sent = await passedOn(async () => {
        for (const path of [`${RECORD_INFO}?taskId=t`, `/deep${RECORD_INFO}?taskId=t`, `/deep/downer${RECORD_INFO}?taskId=t`, ...otherPaths("/deep/down")]) hasNothing(await ask(small, path));
      });
      assert.deepEqual(sent, []);
    });

    it("is no API that knows no such task where a client asks another path", BOUND, async () => {
      const error = await getTaskDetails("t", { baseUrl: `${plain}/api/v1/` }).catch((reason) => reason);
      assert.deepEqual([error.kind, error.retryable], ["invalid-reply", true]);
      assert.match(error.message, /^There is no such API at this address/);
    });

    it("answers its own pages and those it was told of, and no others", BOUND, async () => {
      const host = new URL(plain).host;
      const path = () => `${RECORD_INFO}?taskId=${fresh("pending")}`;
      for (const origin of ["https://app.example", `http://${host}`, `https://${host}`]) {
        const got = await ask(plain, path(), { headers: { origin } });
        assert.deepEqual([got.status, got.headers["access-control-allow-origin"], got.headers.vary], [200, origin, VARY]);
        assert.equal(got.headers["access-control-allow-credentials"], undefined);
        assert.equal(got.headers["access-control-expose-headers"], "Retry-After, Date, Age");
      }
      const evil = ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example", "https://app.example:444", "https://evil.example/https://app.example", `http://${host}.evil.example`, "https://APP.EXAMPLE@evil.example"];
      const sent = await passedOn(async () => {
        for (const origin of evil) {
          const got = await ask(plain, path(), { headers: { origin } });
          assert.equal(got.status, 403, origin);
          isRefusal(got, 403, /origin/i);
          assert.equal(got.headers["access-control-allow-origin"], undefined, origin);
          const preflight = await ask(plain, path(), { method: "OPTIONS", headers: { origin, "access-control-request-method": "GET" } });
          isRefusal(preflight, 403, /origin/i);
        }
        for (const site of ["cross-site", "same-site", "CROSS-SITE", "Same-Site"]) isRefusal(await ask(plain, path(), { headers: { "sec-fetch-site": site } }), 403, /origin/i);
      });
      assert.deepEqual(sent, []);
      for (const site of ["same-origin", "none"]) assert.equal((await ask(plain, path(), { headers: { "sec-fetch-site": site } })).status, 200, site);
    });

    it("is asked over https by pages of https alone", BOUND, async () => {
      /** As a runtime that ends TLS by itself tells it. @param {string} origin @param {string} scheme */
      const by = async (origin, scheme) => {
        const url = `${scheme}://gw.example${RECORD_INFO}?taskId=${fresh("pending")}`;
        // workerd takes the address that this header says.
        if (name === "workerd") return (await ask(plain, RECORD_INFO, { headers: { origin, "mf-original-url": url } })).status;
        const gateway = createGateway({ apiKey: key, upstream: `${rogue.url}/prefix` });
        return (await gateway(new Request(url, { headers: { origin } }))).status;
      };
      assert.equal(await by("https://gw.example", "https"), 200);
      assert.equal(await by("http://gw.example", "http"), 200);
      // A proxy ends TLS and asks over http.
      assert.equal(await by("https://gw.example", "http"), 200);
      for (const origin of ["http://gw.example", "chrome-extension://gw.example", "https://u@gw.example", "https://gw.example:8443", "https://gw.example/", "ws://gw.example"]) assert.equal(await by(origin, "https"), 403, origin);
      for (const origin of ["chrome-extension://gw.example", "https://u@gw.example", "http://gw.example:81", "ftp://gw.example"]) assert.equal(await by(origin, "http"), 403, origin);
    });

    it("is asked beforehand by pages of other origins", BOUND, async () => {
      const headers = { origin: "https://app.example", "access-control-request-method": "GET", "access-control-request-headers": "authorization, x-session" };
      const got = await ask(plain, `${RECORD_INFO}?taskId=t`, { method: "OPTIONS", headers });
      assert.deepEqual([got.status, got.headers.vary], [204, VARY]);
      assert.equal(got.headers["access-control-allow-origin"], "https://app.example");
      assert.equal(got.headers["access-control-allow-methods"], "GET, HEAD");
      assert.equal(got.headers["access-control-allow-headers"], "authorization, x-session");
    });

    it("goes by no Host but for what is its own origin", BOUND, async () => {
      const [got] = await passedOn(() => ask(plain, `${RECORD_INFO}?taskId=${fresh("pending")}`, { headers: { host: "evil.example", "x-forwarded-host": "evil.example" } }));
      assert.equal(got?.headers.host, new URL(rogue.url).host);
      assert.equal(got?.headers["x-forwarded-host"], undefined);
    });

    it("leaves the prompt out unless it is asked for", BOUND, async () => {
      const without = await look(fresh("prompt"));
      assert.equal(without.status, 200);
      assert.ok(!without.body.includes("garden"));
      assert.match((await look(fresh("prompt"), small)).body, /a secret garden/);
    });

    it("keeps codes and Retry-After, and lets no header and no cookie of the API's through", BOUND, async () => {
      const limited = await look(fresh("limited"), oblivious);
      isRefusal(limited, 429, /^Too many requests/);
      isRefusal(await look(fresh("limited"), outspoken), 429, /^slower$/);
      assert.equal(limited.headers["retry-after"], "7");
      const echoed = await look(fresh("echo-header"));
      assert.deepEqual([echoed.status, echoed.headers["x-seen"], echoed.headers["set-cookie"]], [200, undefined, undefined]);
      const split = await look(fresh("split-header"), oblivious);
      assert.deepEqual([split.status, split.headers["x-injected"], split.headers["retry-after"]], [429, undefined, undefined]);
      isRefusal(await look(fresh("echo")), 401, /^The API refused access/);
      isRefusal(await look(fresh("echo"), small), 401, /no access for/);
    });

    it("hands no key on, wherever the API repeats it", BOUND, async () => {
      for (const echo of ["echo-url", "echo-url-encoded", "echo-url-bytes", "echo-url-bytes-twice", "echo-id", "echo-time", "echo-params"]) {
        for (const place of [undefined, small]) {
          const { status, body } = await look(fresh(echo), place);
          assert.ok(!body.toLowerCase().includes(key.toLowerCase()), `${echo}: ${body}`);
          if (/url|id/.test(echo)) assert.match(`${status} ${body}`, /^502 .*repeats the API key/, echo);
        }
      }
    });

    it("follows no redirect with the key", BOUND, async () => {
      for (const where of ["redirect-host", "redirect-private"]) {
        const elsewhere = rogue.pictures.length;
        isRefusal(await look(fresh(where)), 502, /upstream/);
        assert.equal(rogue.pictures.length, elsewhere);
      }
    });

    it("is not drowned, not held up and not taken in by what answers", BOUND, async () => {
      poured.bytes = 0;
      isRefusal(await look(fresh("gigabyte")), 502, /larger than 1 MiB/);
      assert.ok(poured.bytes < 64 * MEGABYTE, `${poured.bytes} bytes`);
      isRefusal(await look(fresh("long-liar")), 502, /could not be reached/);
      isRefusal(await look(fresh("html")), 502, /no reply of the API.*upstream/);
      isRefusal(await look(fresh("html-524")), 524, /./);
      assert.equal((await look(fresh("status-600"))).status, 502);
      const began = performance.now();
      isRefusal(await look(fresh("endless")), 504, /in time/);
      assert.ok(performance.now() - began < 25_000);
    });

    it("has one limit for a reply with the package alone, and it is final for both", BOUND, async () => {
      /** @param {string} baseUrl @param {string} what @param {string} [apiKey] */
      const outcome = (baseUrl, what, apiKey) => waitForTask(fresh(what), { baseUrl, apiKey, timeoutMs: 8_000 }).catch((reason) => reason);
      for (const what of ["large", "large-chunked", "large-packed"]) {
        const direct = await outcome(`${rogue.url}/prefix`, what, key);
        const via = await outcome(plain, what);
        for (const error of [direct, via]) {
          assert.deepEqual([error.kind, error.retryable, error.attempts], ["invalid-reply", false, 1], `${what}: ${error.message}`);
          assert.match(error.message, /^The reply is larger than 1 MiB, and none of this API is: check /);
        }
      }
      for (const what of ["small", "small-packed"]) {
        assert.equal((await outcome(`${rogue.url}/prefix`, what, key)).status, "SUCCESS");
        assert.equal((await outcome(plain, what)).status, "SUCCESS");
      }
    });

    it("without a key says which setting is missing, and sends nothing", BOUND, async () => {
      const sent = await passedOn(async () => isRefusal(await look(fresh("pending"), keyless), 500, /apiKey.*NANOBANANA_API_KEY/));
      assert.deepEqual(sent, []);
    });

    it("without a key tells who waits at once", BOUND, async () => {
      const failed = waitForTask(fresh("pending"), { baseUrl: keyless });
      await assert.rejects(failed, { name: "TaskError", kind: "unauthorized", httpStatus: 500, retryable: false, message: /NANOBANANA_API_KEY/ });
    });

    it("does not tell where it looks", BOUND, async () => {
      for (const what of ["no-access", "html-524", "status-600", "html", "redirect-host"]) {
        const { body } = await look(fresh(what));
        assert.ok(!body.includes("127.0.0.1") && !body.includes("prefix"), body);
      }
    });

    it("has many callers of one task share a look, and keeps its answer for a second", BOUND, async () => {
      const id = fresh("slow");
      const sent = await passedOn(async () => {
        const all = await Promise.all(Array.from({ length: 20 }, () => look(id)));
        assert.ok(all.every(({ status, body }) => status === 200 && body === all[0]?.body));
        assert.equal((await look(id)).status, 200);
      });
      assert.equal(sent.length, 1);
      // The one who began it goes away; those who wait for it are served all the same.
      const other = fresh("slow");
      const { port } = new URL(plain);
      const leader = http.get({ host: "127.0.0.1", port, path: `${RECORD_INFO}?taskId=${other}`, agent: false }).on("error", () => {});
      const follower = new Promise((resolve) => setTimeout(resolve, 100)).then(() => look(other));
      setTimeout(() => leader.destroy(), 200);
      assert.equal((await follower).status, 200);
    });

    it("keeps a result, and asks again where it keeps nothing", BOUND, async () => {
      const [kept, lost] = [fresh("done"), fresh("done")];
      assert.equal((await passedOn(async () => assert.equal((await look(kept)).body, (await look(kept)).body))).length, 1);
      assert.equal((await passedOn(async () => assert.equal((await look(lost, small)).body, (await look(lost, small)).body))).length, 2);
    });

    it("asks authorize first, kept answers and refusals included", BOUND, async () => {
      const path = `${RECORD_INFO}?taskId=${fresh("done")}`;
      /** @param {string} pass @param {string} [visitor] */
      const by = (pass, visitor = pass) => ask(guarded, path, { headers: { authorization: `Bearer ${pass}`, "x-visitor": visitor } });
      assert.equal((await by("visitor")).status, 200);
      const sent = await passedOn(async () => {
        isRefusal(await by("nobody"), 403, /may not/);
        isRefusal(await by("throws"), 500, /^The gateway's authorize or callerId threw$/);
        const own = await by("own");
        assert.deepEqual([own.status, own.body, own.headers.vary], [418, "ask at the door", `Cookie, ${VARY}`]);
        isRefusal(await ask(guarded, path.replace(RECORD_INFO, RESULT)), 403, /may not/);
        assert.equal((await by("visitor")).status, 200);
      });
      assert.deepEqual(sent, []);
    });

    it("leaves to those who may ask what strangers are refused, though it cannot tell them apart", BOUND, async () => {
      const path = `${RECORD_INFO}?taskId=${fresh("done")}`;
      /** @param {string} pass */
      const by = (pass) => ask(guarded, path, { headers: { authorization: `Bearer ${pass}`, "x-visitor": "" } });
      const refused = await Promise.all(Array.from({ length: 60 }, () => by("nobody")));
      assert.deepEqual([...new Set(refused.map(({ status }) => status))].sort(), [403, 429]);
      assert.equal((await by("visitor")).status, 200);
    });

    it("hands on no word of the API's, in whatever spelling it quotes the prompt", BOUND, async () => {
      for (const what of ["quote-msg", "quote-error", "quote-code", "quote-time", "quote-after"]) {
        const id = fresh(what);
        for (let poll = 0; poll < 2; poll += 1) {
          const { body } = await look(id);
          assert.doesNotMatch(body, /g(a|%61|&#97;|\\u0061)rden|secret/i, `${what}: ${body}`);
          await pause(what === "quote-after" ? 1_100 : 0);
        }
      }
      // Where the option asks for them, they change nothing of what is around them.
      for (const what of ["controls-msg", "controls-error"]) {
        const { body } = await look(fresh(what), small);
        assert.match(body, /begin end/);
        assert.doesNotMatch(body, /[\u0080-\u009f\u202a-\u202e\u2028\u2029]|\\u00|\\u20/);
      }
    });

    it("fetches from no port and no name that is not public, unless it is listed", BOUND, async () => {
      const first = rogue.pictures.length;
      isRefusal(await result(fresh("done"), portless), 502, /none that this gateway fetches/);
      for (const host of ["kubernetes.default", "redis.production", "vault.service.consul", "x.private", "gw.intra", "nas.homenet", "metadata.goog", "pictures.example:8080", "pictures.example:22"]) {
        isRefusal(await result(fresh(`at-host.${host}`), small), 502, /none that this gateway fetches/);
      }
      assert.equal(rogue.pictures.length, first);
    });

    it("lets a shared cache keep pictures where the owner says so, and else nobody but the browser", BOUND, async () => {
      const caching = async (/** @type {string} */ url) => (await result(fresh("done"), url)).headers["cache-control"];
      assert.match(String(await caching(plain)), /^private, /);
      assert.match(String(await caching(open)), /^public, max-age=\d+/);
    });

    it("serves others while one caller floods it", BOUND, async () => {
      const path = `${RECORD_INFO}?taskId=${fresh("done")}`;
      /** @param {string} visitor */
      const by = (visitor) => ask(guarded, path, { headers: { authorization: "Bearer visitor", "x-visitor": visitor } });
      const flood = await Promise.all(Array.from({ length: 60 }, () => by("flood")));
      const refused = flood.filter(({ status }) => status === 429);
      // Every three seconds of it one more is let in.
      assert.ok(refused.length >= 30 && refused.length <= 40, `${refused.length} refused`);
      for (const got of refused) {
        isRefusal(got, 429, /slowly/);
      }
      // Each is told to come back when there is room for it, and those for whom there is none in a minute at some time in that.
      const seconds = refused.map(({ headers }) => Number(headers["retry-after"])).sort((a, b) => a - b);
      assert.ok((seconds[0] ?? 0) >= 1 && (seconds[0] ?? 0) <= 3 && (seconds.at(-1) ?? 0) <= 60, String(seconds));
      assert.ok(new Set(seconds).size >= 20, String(seconds));
      assert.equal((await by("quiet")).status, 200);
    });

    it("hands on the picture of a task that has one", BOUND, async () => {
      const first = rogue.pictures.length;
      const got = await ask(plain, `${RESULT}?taskId=${fresh("done")}`, { headers: { origin: "https://app.example", cookie: "c=d", authorization: "Bearer mine" } });
      assert.equal(got.status, 200);
      assert.match(got.body, /PNG/);
      const { headers } = got;
      assert.deepEqual([headers["content-type"], headers["access-control-allow-origin"], headers["set-cookie"]], ["image/png", "https://app.example", undefined]);
      assert.equal(headers.vary, VARY);
      assert.match(headers["cache-control"] ?? "", /^private, max-age=\d+/);
      assert.match(String(headers["content-security-policy"]), /sandbox/);
      const [sent] = rogue.pictures.slice(first);
      assert.deepEqual([sent?.headers.authorization, sent?.headers.cookie], [undefined, undefined]);
    });

    it("lets nobody keep a picture that not everybody may have: who asks next may be somebody else", BOUND, async () => {
      const headers = { authorization: "Bearer visitor", "x-visitor": "private" };
      const got = await ask(guarded, `${RESULT}?taskId=${fresh("done")}`, { headers });
      assert.equal(got.headers["cache-control"], "private, no-store");
    });

    it("fetches no more of a picture of which the head is asked for", BOUND, async () => {
      const first = rogue.pictures.length;
      assert.equal((await ask(plain, `${RESULT}?taskId=${fresh("at-slow")}`, { method: "HEAD" })).status, 200);
      const [sent] = rogue.pictures.slice(first);
      for (let waited = 0; !sent?.socket.destroyed; waited += 50) {
        assert.ok(waited < 5_000, "it goes on arriving");
        await pause(50);
      }
    });

    it("says which image it is by its first bytes, and never by what its host says", BOUND, async () => {
      for (const type of FORMATS) {
        for (const said of ["none", "octet-stream", "html", "list", "twice", "parameter"]) {
          const got = await result(fresh(`bytes.${type.replace("image/", "")}.${said}`));
          assert.deepEqual([got.status, got.headers["content-type"]], [200, type], `${type} called ${said}`);
        }
      }
    });

    it("refuses documents whatever they are called", BOUND, async () => {
      for (const document of ["svg", "html", "xml", "empty", "heic", "text", "pdf"]) {
        for (const said of ["none", "png", "octet-stream", "list", "twice", "parameter"]) {
          isRefusal(await result(fresh(`bytes.${document}.${said}`)), 502, /no picture/);
        }
      }
    });

    it("hands on nothing else under the picture's name", BOUND, async () => {
      isRefusal(await result(fresh("pending")), 404, /no picture/);
      isRefusal(await result(fresh("limited"), oblivious), 429, /slowly/);
      isRefusal(await result(fresh("at-redirect")), 502, /none that this gateway fetches/);
      isRefusal(await result(fresh("at-private")), 502, /none that this gateway fetches/);
      isRefusal(await result(fresh("at-svg")), 502, /no picture/);
      isRefusal(await result(fresh("at-html")), 502, /no picture/);
      isRefusal(await result(fresh("at-gone")), 404, /gone/);
      isRefusal(await result(fresh("at-trouble")), 502, /trouble/);
      isRefusal(await result(fresh("without-picture")), 404, /without a picture/);
      isRefusal(await result(fresh("at-file")), 404, /without a picture/);
      for (const path of ["", "?taskId=a&taskId=b", "?url=http://127.0.0.1/"]) isRefusal(await ask(plain, RESULT + path), 400, /taskId/);
      // Without a list of hosts every public one is allowed, and this machine is none.
      isRefusal(await result(fresh("done"), small), 502, /none that this gateway fetches/);
      assert.ok((await result(fresh("at-cut"))).cut, "half a picture is no whole one");
      poured.bytes = 0;
      const large = await result(fresh("at-large"));
      // workerd closes what breaks off within a transformed stream as if it had come to its end.
      assert.ok(large.cut || name === "workerd");
      assert.ok(large.bytes <= 50 * MEGABYTE, `${large.bytes} bytes`);
      assert.ok(poured.bytes < 200 * MEGABYTE, `${poured.bytes} bytes`);
    });
  });
}
