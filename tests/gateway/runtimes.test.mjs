// @ts-check
/** The gateway as README shows it in each runtime, in a process of its own: it answers a look, and knows its callers. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fromNpm } from "../engines/outside.mjs";
import { waitForTask } from "../../pkg/index.js";
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

describe("the gateway as README shows it", { concurrency: true, ...BOUND }, () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let simulator;
  before(async () => (simulator = await startSimulator()), BOUND);
  after(() => simulator?.stop(), BOUND);

  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    it(`answers in ${name === "node" ? "Node.js with @hono/node-server" : name}`, BOUND, async (context) => {
      const [command, args] = runtime();
      const told = JSON.stringify({ apiKey: simulator.key, upstream: simulator.url, maxRequestsPerMinute: 3 });
      const served = spawn(command, [...args, name, told], { stdio: ["ignore", "pipe", "inherit"] });
      context.after(() => served.kill());
      const [line] = await once(createInterface(served.stdout), "line", { signal: AbortSignal.timeout(30_000) });
      const baseUrl = `http://127.0.0.1:${/^port (\d+)$/.exec(line)?.[1]}`;
      assert.equal((await waitForTask(`success--readme-${name}`, { baseUrl })).status, "SUCCESS");
      assert.equal((await fetch(`${baseUrl}/api/v1/nanobanana/record-info`, { method: "OPTIONS" })).status, 204);
      const refused = await fetch(`${baseUrl}/api/v1/nanobanana/record-info`);
      assert.deepEqual([refused.status, (await refused.json()).code], [400, 400]);
      // The runtime tells it who calls: this caller has had its three.
      await fetch(`${baseUrl}/api/v1/nanobanana/record-info?taskId=a`);
      assert.equal((await fetch(`${baseUrl}/api/v1/nanobanana/record-info?taskId=b`)).status, 429);
    });
  }
});
