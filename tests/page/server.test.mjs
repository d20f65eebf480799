// @ts-check
/** The page's Worker in workerd: what it hands out, what it passes on, and what it refuses. What a gateway is tried with is in ../gateway. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { newKey, startPage } from "../processes.mjs";
import { record, sendJson, startUpstream } from "./upstream.mjs";

const RECORD_INFO = "/api/v1/nanobanana/record-info";
const GENERATE = "/api/v1/nanobanana/generate";
const BOUND = { timeout: 20_000 };
/** Each start of workerd takes a second or two, and several where the machine is busy. */
const MANY = { timeout: 120_000 };
const START_MS = 20_000;
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
}, MANY);

after(async () => {
  await Promise.all([page?.stop(), simulating?.stop(), upstream?.stop()]);
}, BOUND);

/**
 * A request as written: no client tidies its path or headers. Each has its own connection, since workerd closes one where a body was left unread.
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string, server?: { url: string } }} [options]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, body: string }>}
 */
async function ask(path, { method = "GET", headers = {}, body, server = page } = {}) {
  const { port } = new URL(server.url);
  const request = http.request({ agent: false, host: "127.0.0.1", port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } });
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
      assert.match(String(headers["cache-control"]), /max-age=0, must-revalidate$/);
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
      "/.%00/main.js", "/pkg//index.js", "/tests/page/stand-in.js", "/worker.js", "/worker/files.js", "/serve.mjs", "/site.mjs", "/wrangler.jsonc", "/package.json", "/.env", "/pkg/gateway.js", "/pkg/core.wasm", "/.git/config", "/pkg/.gitignore",
      "/www/index.html", "/pkg/", "/pkg", "/index.html%00.js", "/main.js/", "/Cargo.toml",
    ];
    for (const path of wishes) assert.equal((await ask(path)).status, 404, path);
    assert.equal((await ask("//etc/passwd")).status, 404);
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
    const wishes = ["", "?taskId=", "?taskId=%20", "?taskId=a&taskId=b", "?task_id=a", "?taskId=a%0d%0aX:1", "?taskId=%00", "?taskId=%ff"];
    const sent = await passedOn(async () => {
      for (const wish of wishes) {
        const { status, body } = await ask(RECORD_INFO + wish);
        assert.equal(status, 400, wish);
        assert.equal(JSON.parse(body).code, 400, wish);
      }
    });
    assert.deepEqual(sent, []);
  });

  it("is the gateway's: an answer without the prompt, a refusal with the API's words and no key", async () => {
    say = (_, response) => sendJson(response, record());
    const { status, headers, body } = await ask(`${RECORD_INFO}?taskId=fresh`);
    assert.deepEqual([status, headers["content-type"], headers["cache-control"]], [200, "application/json; charset=utf-8", "no-store"]);
    assert.deepEqual([JSON.parse(body).code, "paramJson" in JSON.parse(body).data], [200, false]);
    say = (_, response) => response.writeHead(429, { "Content-Type": "application/json", "Retry-After": "7", "Set-Cookie": "a=b" }).end(JSON.stringify({ code: 429, msg: `not ${key}` }));
    const refused = await ask(`${RECORD_INFO}?taskId=refused`);
    assert.deepEqual([refused.status, refused.headers["retry-after"], refused.headers["set-cookie"]], [429, "7", undefined]);
    assert.ok(refused.body.includes("not ") && !refused.body.includes(key));
    assert.match(String(refused.headers["content-security-policy"]), /^default-src 'none'/);
  });

  it("follows no redirect", async () => {
    say = (_, response) => response.writeHead(302, { Location: "/elsewhere" }).end();
    const sent = await passedOn(async () => {
      const { status, body, headers } = await ask(`${RECORD_INFO}?taskId=t`);
      assert.deepEqual([status, JSON.parse(body).code, headers.location], [502, 502, undefined]);
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
    // A task of its own: of another the object may remember a failure.
    const own = await ask(`${RECORD_INFO}?taskId=own`, { headers: { "sec-fetch-site": "same-origin", origin: page.url } });
    assert.equal(own.status, 200);
  });

  it("cannot pass for this one by pointing their name here", async () => {
    const { port } = new URL(page.url);
    for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", "127.1.1.1", "0.0.0.0", `127.0.0.1.evil.example:${port}`]) {
      for (const path of ["/", `${RECORD_INFO}?taskId=t`]) {
        const status = await ask(path, { headers: { host } }).then((reply) => reply.status);
        assert.ok(status === 421 || status === 400, `${host} ${path} ${status}`);
      }
    }
    assert.equal((await ask("/", { headers: { host: `localhost:${port}` } })).status, 200);
    // A page behind another name can choose the URL that the Worker is told, and not the header Host.
    for (const url of [`http://127.0.0.1:${port}`, `http://localhost:${port}`, "https://evil.example"]) {
      const headers = { host: "evil.example", "mf-original-url": `${url}${RECORD_INFO}?taskId=t` };
      assert.equal((await ask(`${RECORD_INFO}?taskId=t`, { headers })).status, 421, url);
    }
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

describe("the process", MANY, () => {
  const server = fileURLToPath(new URL("../../www/serve.mjs", import.meta.url));

  /** What it says and ends with where it cannot start. */
  async function end({ script = server, key: told = key }) {
    const env = { PATH: process.env["PATH"], PORT: "0", UPSTREAM: upstream.url, NANOBANANA_API_KEY: told };
    const child = spawn(process.execPath, [script], { env, stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    child.stderr.on("data", (data) => (said += data));
    const [code] = await once(child, "close", { signal: AbortSignal.timeout(START_MS) });
    return { code, said };
  }

  it("says one line, and never the key", async () => {
    assert.match(page.output(), /^page on http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  it("has the key in no process's arguments", { skip: process.platform !== "linux" }, async () => {
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
    assert.ok(lines.some((line) => line.includes("workerd")) && !lines.some((line) => line.includes(key)));
  });

  it("says how to build the package where that is missing", async () => {
    const place = await mkdtemp(join(tmpdir(), "page-"));
    const www = fileURLToPath(new URL("../../www/", import.meta.url));
    await cp(www, join(place, "www"), { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    await symlink(join(www, "node_modules"), join(place, "www/node_modules"), "junction");
    try {
      const { code, said } = await end({ script: join(place, "www/serve.mjs") });
      assert.equal(code, 2);
      assert.match(said, /^[^\n]*cargo xtask build[^\n]*\n$/);
    } finally {
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
      const { code, said } = await end({ key: bad });
      assert.equal(code, 2);
      assert.ok(said.includes("NANOBANANA_API_KEY") && (bad === "" || !said.includes(bad)));
    }
  });

  it("ends on SIGTERM, on SIGINT, and with its stdin", async () => {
    for (const end of ["SIGTERM", "SIGINT", "stdin"]) {
      const child = spawn(process.execPath, [server], { env: { PORT: "0", UPSTREAM: upstream.url, NANOBANANA_API_KEY: key }, stdio: ["pipe", "pipe", "inherit"] });
      await once(child.stdout, "data", { signal: AbortSignal.timeout(START_MS) });
      if (end === "stdin") child.stdin.end();
      else child.kill(/** @type {NodeJS.Signals} */ (end));
      const [code, signal] = await once(child, "exit", { signal: AbortSignal.timeout(START_MS) });
      assert.deepEqual([code, signal], [0, null], end);
    }
  });
});
