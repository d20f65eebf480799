// @ts-check
/** The page's Worker as wrangler would deploy it, without deploying it. */

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { record, sendJson, startUpstream } from "./upstream.mjs";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));

it("wrangler makes a Worker of it that has the page's files and no secret", { timeout: 60_000 }, async () => {
  const place = await mkdtemp(join(tmpdir(), "deploy-"));
  try {
    const out = join(place, "out");
    // Nothing of this computer's own settings or sign-in.
    const env = { PATH: process.env["PATH"], HOME: place, XDG_CONFIG_HOME: place, CI: "1", WRANGLER_SEND_METRICS: "false" };
    const wrangler = [join(WWW, "node_modules/wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", out];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, wrangler, { cwd: WWW, env });
    const said = stdout + stderr;
    assert.match(said, /dry-run: exiting now/);
    assert.doesNotMatch(said, /Unexpected fields|Processing wrangler\.jsonc configuration/);
    assert.match(said, /env\.ASSETS/);
    assert.match(said, /env\.NANOBANANA_TASKS \(NanoBananaTask\)/);
    assert.doesNotMatch(said, /env\.(LOCAL|SIMULATOR|NANOBANANA_BASE_URL|NANOBANANA_API_KEY)/);
    const made = await readdir(out);
    assert.ok(made.includes("worker.js") && made.some((name) => name.endsWith("core.wasm")), made.join());
    const site = await readdir(join(WWW, "site"));
    assert.ok(site.includes("index.html") && site.includes("pkg") && !site.some((name) => /worker|\.mjs$|wrangler|package/.test(name)), site.join());
    assert.deepEqual(await readdir(join(WWW, "site/pkg")), ["index.js"]);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

it("under wrangler dev it answers to this computer's names, and its own page alone", { timeout: 90_000 }, async () => {
  const place = await mkdtemp(join(tmpdir(), "dev-"));
  const upstream = await startUpstream((_, response) => sendJson(response, record()));
  const env = { PATH: process.env["PATH"], HOME: place, XDG_CONFIG_HOME: place, CI: "1", WRANGLER_SEND_METRICS: "false" };
  const variables = ["--var", "NANOBANANA_API_KEY:a-key-for-this-test", "--var", `NANOBANANA_BASE_URL:${upstream.url}`];
  const args = [join(WWW, "node_modules/wrangler/bin/wrangler.js"), "dev", "--port", "0", "--inspector-port", "0", "--persist-to", place, ...variables];
  const wrangler = spawn(process.execPath, args, { cwd: WWW, env, stdio: ["pipe", "pipe", "ignore"] });
  try {
    let port = "";
    for await (const line of createInterface(wrangler.stdout)) {
      port = /Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? "";
      if (port !== "") break;
    }
    wrangler.stdout.resume();
    const path = "/api/v1/nanobanana/record-info?taskId=t";
    /** @param {Record<string, string>} headers */
    const ask = async (headers) => {
      const request = http.get({ host: "127.0.0.1", port, path, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false });
      const [reply] = await once(request, "response", { signal: AbortSignal.timeout(20_000) });
      reply.resume();
      return reply.statusCode;
    };
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"]) {
      assert.equal(await ask({ host }), 421, host);
      assert.equal(await ask({ host, "sec-fetch-site": "same-origin" }), 421, host);
      assert.equal(await ask({ host, "mf-original-url": `https://evil.example${path}` }), 421, host);
      // Wrangler believes this one, and tells the Worker another Host as well.
      assert.equal(await ask({ host, "mf-original-url": `http://127.0.0.1:${port}${path}` }), 403, host);
    }
    assert.equal(upstream.requests.length, 0);
    assert.equal(await ask({ "sec-fetch-site": "same-origin" }), 200);
    assert.equal(upstream.requests.length, 1);
  } finally {
    wrangler.stdin.end();
    wrangler.kill("SIGINT");
    if (wrangler.exitCode === null) await once(wrangler, "exit");
    await upstream.stop();
    await rm(place, { recursive: true, force: true });
  }
});
