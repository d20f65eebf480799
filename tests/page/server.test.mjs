// @ts-check
/** The page's server: what it hands out, what it passes on, and what it refuses. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { newKey, startPage } from "../processes.mjs";
import { record, sendJson, startUpstream } from "./upstream.mjs";

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const GENERATE = "/api/v1/nanobanana/generate";
const BOUND = { timeout: 20_000 };
const key = newKey();

/** @type {(request: http.IncomingMessage, response: http.ServerResponse) => void} */
let say = (_, response) => sendJson(response, record());
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
/** @type {Awaited<ReturnType<typeof startPage>>} */
let page;
/** @type {Awaited<ReturnType<typeof startPage>>} */
let simulating;

before(async () => {
  upstream = await startUpstream((request, response) => say(request, response));
  page = await startPage({ upstream: upstream.url, key });
  simulating = await startPage({ upstream: `${upstream.url}/behind/a/prefix/`, key, simulator: true });
}, BOUND);

after(async () => {
  await Promise.all([page?.stop(), simulating?.stop(), upstream?.stop()]);
}, BOUND);

/**
 * A request as written: no client tidies its path or headers.
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string, server?: { url: string } }} [options]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, body: string }>}
 */
async function ask(path, { method = "GET", headers = {}, body, server = page } = {}) {
  const { port } = new URL(server.url);
  const request = http.request({ host: "127.0.0.1", port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } });
  request.end(body);
  const [reply] = /** @type {[http.IncomingMessage]} */ (await once(request, "response", { signal: AbortSignal.timeout(15_000) }));
  let text = "";
  for await (const chunk of reply) text += chunk;
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: text };
}

/** What reached the API while `action` ran.
 *  @param {() => Promise<unknown>} action */
async function passedOn(action) {
  const first = upstream.requests.length;
  await action();
  return upstream.requests.slice(first);
}

describe("files", BOUND, () => {
  it("come with their type and the page's protections", async () => {
    const types = { "/": "text/html", "/main.js": "text/javascript", "/style.css": "text/css", "/favicon.svg": "image/svg+xml", "/pkg/index.js": "text/javascript" };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await ask(path);
      assert.equal(status, 200, path);
      assert.ok(headers["content-type"]?.startsWith(type), path);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' https:; /);
      assert.match(policy, /base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
    }
    assert.match(String((await ask("/", { server: simulating })).headers["content-security-policy"]), /img-src 'self' https: http:\/\/127\.0\.0\.1:\*;/);
  });

  it("are only those of the page and the package", async () => {
    const wishes = [
      "/../tests/page/stand-in.js", "/pkg/../tests/page/stand-in.js", "/pkg/../../../../etc/passwd", "/..%2ftests/page/stand-in.js",
      "/%2e%2e/tests/page/stand-in.js", "/pkg/%2e%2e/tests/page/stand-in.js", "/pkg/..%5c..%5ctests%5cpage%5cstand-in.js", "/....//main.js",
      "/.%00/main.js", "/pkg/./index.js", "/pkg//index.js", "/tests/page/stand-in.js", "/server.mjs", "/.git/config", "/pkg/.gitignore",
      "/www/index.html", "/pkg/", "/pkg", "/index.html%00.js", "/main.js/", "/Cargo.toml",
    ];
    for (const path of wishes) assert.equal((await ask(path)).status, 404, path);
    for (const path of ["//etc/passwd", "http://127.0.0.1/"]) assert.equal((await ask(path)).status, 400, path);
  });

  it("are read, not written", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const { status, headers } = await ask("/", { method });
      assert.deepEqual([status, headers.allow], [405, "GET, HEAD"], method);
    }
    assert.deepEqual([(await ask("/", { method: "HEAD" })).status, (await ask("/", { method: "HEAD" })).body], [200, ""]);
  });
});

describe("record-info", BOUND, () => {
  it("sends up the task id and the key, and nothing else of the caller's", async () => {
    say = (_, response) => sendJson(response, record());
    const headers = { cookie: "a=b", authorization: "Bearer mine", "x-forwarded-for": "1.2.3.4", "accept-language": "tlh", referer: "http://x/" };
    const [got, more] = await passedOn(() => ask(`${RECORD_INFO}?taskId=a%26b%20c&other=1`, { headers }));
    assert.equal(more, undefined);
    assert.equal(got?.url, `${RECORD_INFO}?taskId=a%26b%20c`);
    assert.equal(got?.headers.authorization, `Bearer ${key}`);
    for (const name of ["cookie", "x-forwarded-for", "referer"]) assert.equal(got?.headers[name], undefined, name);
    assert.notEqual(got?.headers["accept-language"], "tlh");
    const [prefixed] = await passedOn(() => ask(`${RECORD_INFO}?taskId=t`, { server: simulating }));
    assert.equal(prefixed?.url, `/behind/a/prefix${RECORD_INFO}?taskId=t`);
  });

  it("refuses what is no task id, and asks nobody", async () => {
    const wishes = ["", "?taskId=", "?taskId=%20", "?taskId=a&taskId=b", "?task_id=a", "?taskId=a%0d%0aX:1", "?taskId=%00", "?taskId=%ff", `?taskId=${"a".repeat(257)}`];
    const sent = await passedOn(async () => {
      for (const wish of wishes) {
        const { status, body } = await ask(RECORD_INFO + wish);
        assert.equal(status, 400, wish);
        assert.equal(JSON.parse(body).code, 400, wish);
      }
    });
    assert.deepEqual(sent, []);
  });

  it("hands status, body, type, Retry-After and Date on as they came", async () => {
    const date = "Tue, 15 Nov 1994 08:12:31 GMT";
    say = (_, response) => response.writeHead(429, { "Content-Type": "text/weird", "Retry-After": "7", Date: date, "Set-Cookie": "a=b", "X-Own": "1" }).end(" {raw\n");
    const { status, headers, body } = await ask(`${RECORD_INFO}?taskId=t`);
    assert.deepEqual([status, body, headers["content-type"], headers["retry-after"], headers.date], [429, " {raw\n", "text/weird", "7", date]);
    assert.deepEqual([headers["set-cookie"], headers["x-own"]], [undefined, undefined]);
  });

  it("stars the key out of what the API says, however it is cut into pieces", async () => {
    const text = `{"msg":"${key} and ${key}${key.slice(0, 9)}","end":"é"}`;
    for (const cut of [0, 1, 12, 25, 40, text.length]) {
      say = (_, response) => {
        response.writeHead(401, { "Content-Type": "application/json" }).write(text.slice(0, cut));
        setTimeout(() => response.end(text.slice(cut)), 30);
      };
      const { body } = await ask(`${RECORD_INFO}?taskId=t`);
      assert.equal(body, text.replaceAll(key, "*".repeat(key.length)), `cut at ${cut}`);
    }
  });

  it("follows no redirect", async () => {
    say = (_, response) => response.writeHead(302, { Location: "/elsewhere" }).end();
    const sent = await passedOn(async () => {
      const { status, body, headers } = await ask(`${RECORD_INFO}?taskId=t`);
      assert.deepEqual([status, JSON.parse(body).code, headers.location], [400, 400, undefined]);
    });
    assert.equal(sent.length, 1);
  });

  it("says 502 where the API cannot be reached", async () => {
    const gone = await startUpstream(() => {});
    await gone.stop();
    const lonely = await startPage({ upstream: gone.url, key });
    try {
      const { status, body } = await ask(`${RECORD_INFO}?taskId=t`, { server: lonely });
      assert.deepEqual([status, JSON.parse(body).code], [502, 502]);
      assert.ok(!body.includes(key) && !body.includes(gone.url));
    } finally {
      await lonely.stop();
    }
  });

  it("breaks where the API breaks off", async () => {
    say = (request, response) => {
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" }).write('{"code":');
      setTimeout(() => request.socket.destroy(), 50);
    };
    await assert.rejects(ask(`${RECORD_INFO}?taskId=t`));
  });

  it("passes a large reply on, and breaks one that is too large", async () => {
    const spaces = (/** @type {number} */ megabytes) => " ".repeat(megabytes * 1024 * 1024);
    say = (_, response) => response.end(spaces(6));
    assert.equal((await ask(`${RECORD_INFO}?taskId=t`)).body, spaces(6));
    say = (_, response) => response.end(spaces(12));
    await assert.rejects(ask(`${RECORD_INFO}?taskId=t`));
  });

  it("lets go of the API when the browser goes away", async () => {
    const letGo = new Promise((resolve) => {
      say = (request) => request.socket.once("close", resolve);
    });
    const before = upstream.requests.length;
    const socket = net.connect(Number(new URL(page.url).port), "127.0.0.1");
    socket.write(`GET ${RECORD_INFO}?taskId=t HTTP/1.1\r\nHost: ${new URL(page.url).host}\r\n\r\n`);
    while (upstream.requests.length === before) await pause(10);
    socket.destroy();
    assert.notEqual(await Promise.race([letGo.then(() => "let go"), pause(5_000, "held on")]), "held on");
  });
});

describe("other pages", BOUND, () => {
  it("cannot spend the key", async () => {
    say = (_, response) => sendJson(response, record());
    const foreign = [
      { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, { origin: "https://evil.example" }, { origin: "null" },
      { origin: "http://127.0.0.1:1" }, { "sec-fetch-site": "none", origin: "https://evil.example" },
    ];
    const sent = await passedOn(async () => {
      for (const headers of foreign) {
        for (const path of [`${RECORD_INFO}?taskId=t`, "/demo/config.json", "/simulator/scenarios"]) {
          const { status, headers: got } = await ask(path, { headers, server: simulating });
          assert.equal(status, 403, `${path} ${JSON.stringify(headers)}`);
          assert.equal(got["access-control-allow-origin"], undefined);
        }
      }
    });
    assert.deepEqual(sent, []);
    const own = await ask(`${RECORD_INFO}?taskId=t`, { headers: { "sec-fetch-site": "same-origin", origin: page.url } });
    assert.equal(own.status, 200);
  });

  it("cannot pass for this one by pointing their name here", async () => {
    const { port } = new URL(page.url);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1", `127.0.0.1:${port}.evil.example`, `x@127.0.0.1:${port}`]) {
      for (const path of ["/", `${RECORD_INFO}?taskId=t`]) {
        const status = await ask(path, { headers: { host } }).then((reply) => reply.status);
        assert.ok(status === 421 || status === 400, `${host} ${path} ${status}`);
      }
    }
    assert.equal((await ask("/", { headers: { host: `localhost:${port}` } })).status, 200);
  });
});

describe("what a simulator adds", BOUND, () => {
  it("is closed without one", async () => {
    const sent = await passedOn(async () => {
      assert.equal((await ask(GENERATE, { method: "POST", headers: { "content-type": "application/json" }, body: '{"prompt":"x"}' })).status, 404);
      for (const path of ["/simulator/scenarios", "/simulator/log", "/api/v1/common/credit", "/api/v1/nanobanana/generate-pro"]) assert.equal((await ask(path)).status, 404, path);
    });
    assert.deepEqual(sent, []);
    assert.deepEqual(JSON.parse((await ask("/demo/config.json")).body), { simulator: false });
    assert.deepEqual(JSON.parse((await ask("/demo/config.json", { server: simulating })).body), { simulator: true });
  });

  it("passes a prompt on and nothing else", async () => {
    /** @type {string[]} */
    const bodies = [];
    say = async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      bodies.push(text);
      sendJson(response, { code: 200, msg: "success", data: { taskId: "t" } });
    };
    const json = { "content-type": "application/json" };
    const post = (/** @type {string} */ body, headers = json) => ask(GENERATE, { method: "POST", headers, body, server: simulating }).then((reply) => reply.status);
    assert.equal(await post('{"prompt":"a town","callBackUrl":"http://evil.example"}'), 200);
    assert.deepEqual(bodies.map((text) => JSON.parse(text)), [{ prompt: "a town", type: "TEXTTOIAMGE", numImages: 1 }]);
    assert.deepEqual([await post("{}"), await post("no json"), await post('{"prompt":7}'), await post('{"prompt":" "}')], [400, 400, 400, 400]);
    assert.equal(await post('{"prompt":"x"}', { "content-type": "text/plain" }), 415);
    assert.equal((await ask(GENERATE, { server: simulating })).status, 405);
    assert.equal(await post(JSON.stringify({ prompt: "x".repeat(200_000) })).catch(() => 413), 413);
    assert.equal(bodies.length, 1);
  });
});

describe("the process", BOUND, () => {
  const server = fileURLToPath(new URL("../../www/server.mjs", import.meta.url));

  it("says one line, and never the key", async () => {
    assert.match(page.output(), /^page on http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  it("says how to build the package where that is missing", async () => {
    const place = await mkdtemp(join(tmpdir(), "page-"));
    await cp(fileURLToPath(new URL("../../www", import.meta.url)), join(place, "www"), { recursive: true });
    const child = spawn(process.execPath, [join(place, "www/server.mjs")], { env: { PORT: "0", UPSTREAM: upstream.url, UPSTREAM_KEY: key }, stdio: ["pipe", "pipe", "inherit"] });
    try {
      const [line] = await once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) });
      const url = String(line).trim().replace(/^page on (.*)\/$/, "$1");
      for (const path of ["/", "/pkg/index.js"]) {
        const { status, body } = await ask(path, { server: { url } });
        assert.equal(status, 503);
        assert.match(body, /^[^\n]*cargo xtask build[^\n]*\n$/);
      }
    } finally {
      child.stdin.end();
      await once(child, "exit");
      await rm(place, { recursive: true });
    }
  });

  it("takes the next port where its own is taken", async () => {
    const taken = Number(new URL(page.url).port);
    const next = await startPage({ upstream: upstream.url, key, port: taken });
    try {
      const port = Number(new URL(next.url).port);
      assert.ok(port > taken && port <= taken + 20, `${port}`);
    } finally {
      await next.stop();
    }
  });

  it("does not start without a key or with a strange one, and does not repeat it", async () => {
    for (const bad of ["", "two words", "line\nbreak", "ümlaut"]) {
      const child = spawn(process.execPath, [server], { env: { PORT: "0", UPSTREAM: upstream.url, UPSTREAM_KEY: bad }, stdio: ["pipe", "pipe", "pipe"] });
      let said = "";
      child.stdout.on("data", (data) => (said += data));
      child.stderr.on("data", (data) => (said += data));
      const [code] = await once(child, "close", { signal: AbortSignal.timeout(10_000) });
      assert.equal(code, 2);
      assert.ok(said.includes("UPSTREAM_KEY") && (bad === "" || !said.includes(bad)));
    }
  });

  it("ends on SIGTERM, on SIGINT, and with its stdin", async () => {
    for (const end of ["SIGTERM", "SIGINT", "stdin"]) {
      const child = spawn(process.execPath, [server], { env: { PORT: "0", UPSTREAM: upstream.url, UPSTREAM_KEY: key }, stdio: ["pipe", "pipe", "inherit"] });
      await once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) });
      if (end === "stdin") child.stdin.end();
      else child.kill(/** @type {NodeJS.Signals} */ (end));
      const [code, signal] = await once(child, "exit", { signal: AbortSignal.timeout(10_000) });
      assert.deepEqual([code, signal], [0, null], end);
    }
  });
});
