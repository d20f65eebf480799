// @ts-check
/** What a program prints that dies of a TaskError: in Node.js, Deno and Bun. And an error that comes out of a worker thread. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { TaskError } from "../../pkg/index.js";
import { fromNpm } from "../engines/outside.mjs";
import { startSimulator } from "../processes.mjs";

const BOUND = { timeout: 30_000 };
const MOST_BYTES = 2_000;
const PACKAGE = new URL("../../pkg/index.js", import.meta.url).href;

/** @type {Record<string, () => [program: string, ...args: string[]]>} */
const RUNTIMES = {
  "Node.js": () => [process.execPath],
  Deno: () => [fromNpm("DENO", "Deno", "@deno", ["deno", "deno.exe"], "deno/deno"), "run", "--no-prompt", "--no-config", "--no-lock", "--allow-net"],
  Bun: () => [fromNpm("BUN", "Bun", "@oven", ["bin/bun", "bin/bun.exe"], "bun/bin/bun.exe"), "run", "--no-install"],
};

/** @type {Awaited<ReturnType<typeof startSimulator>>} */
let simulator;
let folder = "";
before(async () => {
  simulator = await startSimulator();
  folder = await mkdtemp(join(tmpdir(), "uncaught-"));
}, BOUND);
after(async () => {
  await simulator?.stop();
  await rm(folder, { recursive: true });
}, BOUND);

/** @type {[what: string, call: () => string][]} */
const CALLS = [
  ["a key that is refused", () => `waitForTask("http-401--uncaught", { baseUrl: "${simulator.url}", apiKey: "a key that is none".replaceAll(" ", "") })`],
  ["an argument", () => 'getTaskDetails("")'],
  ["a server that nobody reaches", () => 'waitForTask("t", { baseUrl: "http://127.0.0.1:2", timeoutMs: 1_500 })'],
  ["a look that nobody answers", () => 'getTaskDetails("t", { baseUrl: "http://127.0.0.1:2" })'],
  ["a task that failed", () => `waitForTask("generate-failed--uncaught", { baseUrl: "${simulator.url}", apiKey: "${simulator.key}" })`],
];

for (const [runtime, command] of Object.entries(RUNTIMES)) {
  describe(`an uncaught TaskError in ${runtime}`, BOUND, () => {
    for (const [what, call] of CALLS) {
      it(`takes at most ${MOST_BYTES} bytes and names the caller: ${what}`, BOUND, async () => {
        const file = join(folder, "mine.mjs");
        const lines = [`import { getTaskDetails, waitForTask } from "${PACKAGE}";`, "async function job() {", `  await ${call()};`, "}", "await job();", ""];
        await writeFile(file, lines.join("\n"));
        const [program, ...args] = command();
        const env = { ...process.env, NO_COLOR: "1" };
        const { stderr, code } = await promisify(execFile)(program, [...args, file], { env, cwd: folder }).catch((failed) => failed);
        assert.equal(code, 1);
        assert.ok(Buffer.byteLength(stderr) <= MOST_BYTES, `${Buffer.byteLength(stderr)} bytes:\n${stderr}`);
        assert.match(stderr, /mine\.mjs:3/);
      });
    }
  });
}

it("an error that a worker thread posts as plain data loses neither kind nor task id nor handle", BOUND, async () => {
  const source = `
    import { parentPort } from "node:worker_threads";
    import { waitForTask } from ${JSON.stringify(PACKAGE)};
    const options = { baseUrl: ${JSON.stringify(simulator.url)}, apiKey: ${JSON.stringify(simulator.key)}, timeoutMs: 300 };
    waitForTask("pending--posted", options).catch((error) => parentPort.postMessage({ error: error.toJSON() }));`;
  const file = join(folder, "worker.mjs");
  await writeFile(file, source);
  const worker = new Worker(file);
  const { error: plain } = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  await worker.terminate();
  const error = TaskError.from(plain);
  assert.ok(error instanceof TaskError && error.kind === "timed-out");
  assert.deepEqual([error.taskId, error.handle.taskId, error.handle.v, error.retryable], ["pending--posted", "pending--posted", 1, true]);
  assert.equal(error.details?.status, "GENERATING");
});

it("where the runtime lacks what the package needs, the error names it and blames no policy", BOUND, async () => {
  for (const missing of ["WebAssembly", "Response", "TextDecoder"]) {
    const source = `
      // Node.js makes its own fetch with the first request, and by means of WebAssembly.
      await (await fetch(${JSON.stringify(simulator.url)})).text();
      delete globalThis.${missing};
      const { getTaskDetails } = await import(${JSON.stringify(PACKAGE)});
      const error = await getTaskDetails("t", { fetch: async () => ({}) }).catch((reason) => reason);
      console.log(JSON.stringify([error.kind, error.message]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
    const [kind, message] = JSON.parse(stdout);
    assert.equal(kind, "invalid-argument");
    assert.match(message, new RegExp(`has no ${missing}\\b`));
    assert.doesNotMatch(message, /Content-Security-Policy/);
  }
});
