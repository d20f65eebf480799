// @ts-check
/** The gateway as README shows it in each runtime, in a process of its own: it answers a look, and knows its callers. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fromNpm } from "../engines/outside.mjs";
import { waitForTask } from "../../pkg/index.js";
import { startUpstream } from "../page/upstream.mjs";
import { startSimulator } from "../processes.mjs";

const BOUND = { timeout: 60_000 };
const PROGRAM = fileURLToPath(new URL("runtimes/serve.mjs", import.meta.url));

/** @type {Record<string, () => [command: string, args: string[]]>} */
const RUNTIMES = {
  deno: () => [fromNpm("DENO", "Deno (npm install in tests/)", "@deno", ["deno", "deno.exe"], "deno/deno"), ["run", "--no-prompt", "--no-config", "--no-lock", "--allow-net=127.0.0.1", PROGRAM]],
  bun: () => [fromNpm("BUN", "Bun (npm install in tests/)", "@oven", ["bin/bun", "bin/bun.exe"], "bun/bin/bun.exe"), ["run", "--no-install", PROGRAM]],
  node: () => [process.execPath, [PROGRAM]],
  hono: () => [process.execPath, [PROGRAM]],
};

const title = (/** @type {string} */ name) => (name === "node" ? "Node.js with @hono/node-server" : name);

/**
 * Starts it in a runtime, until the test is over.
 *
 * @param {import("node:test").TestContext} context
 * @param {string} name
 * @param {() => [command: string, args: string[]]} runtime
 * @param {Record<string, unknown>} told
 */
async function serve(context, name, runtime, told) {
  const [command, args] = runtime();
  const served = spawn(command, [...args, name, JSON.stringify(told)], { stdio: ["ignore", "pipe", "inherit"] });
  context.after(() => served.kill());
  const [line] = await once(createInterface(served.stdout), "line", { signal: AbortSignal.timeout(30_000) });
  return `http://127.0.0.1:${/^port (\d+)$/.exec(line)?.[1]}`;
}

describe("the gateway as README shows it", { concurrency: true, ...BOUND }, () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  before(async () => (simulator = await startSimulator()), BOUND);
  after(() => simulator?.stop(), BOUND);

  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    it(`answers in ${title(name)}`, BOUND, async (context) => {
      const baseUrl = await serve(context, name, runtime, { apiKey: simulator.key, upstream: simulator.url, maxRequestsPerMinute: 3, trustProxy: 0 });
      assert.equal((await waitForTask(`success--readme-${name}`, { baseUrl })).status, "SUCCESS");
      assert.equal((await fetch(`${baseUrl}/api/v1/nanobanana/record-info`, { method: "OPTIONS" })).status, 204);
      const refused = await fetch(`${baseUrl}/api/v1/nanobanana/record-info`);
      assert.deepEqual([refused.status, (await refused.json()).code], [400, 400]);
      // The runtime tells it who calls: this caller has had its three.
      await fetch(`${baseUrl}/api/v1/nanobanana/record-info?taskId=a`);
      assert.equal((await fetch(`${baseUrl}/api/v1/nanobanana/record-info?taskId=b`)).status, 429);
    });

    it(`ends a request with the last who waits for it, in ${title(name)}`, BOUND, async (context) => {
      /** @type {import("node:net").Socket[]} */
      const sockets = [];
      const silent = await startUpstream(({ socket }) => void sockets.push(socket));
      context.after(silent.stop);
      const baseUrl = await serve(context, name, runtime, { apiKey: "key", upstream: silent.url });
      const visitors = [1, 2].map(() => http.get(`${baseUrl}/api/v1/nanobanana/record-info?taskId=t`, { agent: false }).on("error", () => {}));
      while (sockets.length === 0) await pause(20);
      await pause(300);
      visitors[0]?.destroy();
      await pause(700);
      assert.deepEqual(sockets.map(({ destroyed }) => destroyed), [false], "the other goes on waiting");
      visitors[1]?.destroy();
      for (let waited = 0; !sockets[0]?.destroyed; waited += 50) {
        assert.ok(waited < 3_000, "it stays open");
        await pause(50);
      }
    });
  }
});
