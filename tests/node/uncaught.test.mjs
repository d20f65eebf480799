// @ts-check
/** What a program prints that dies of a TaskError: in Node.js, Deno and Bun. And an error that comes out of a worker thread. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { TaskError, getTaskDetails, waitForTask } from "../../pkg/index.js";
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
/** It takes connections and ends them. */
const closing = createServer((socket) => socket.on("error", () => {}).end());
const closingPort = () => /** @type {import("node:net").AddressInfo} */ (closing.address()).port;
before(async () => {
  simulator = await startSimulator();
  await once(closing.listen(0, "127.0.0.1"), "listening");
  folder = await mkdtemp(join(tmpdir(), "uncaught-"));
}, BOUND);
after(async () => {
  await simulator?.stop();
  closing.close();
  await rm(folder, { recursive: true });
}, BOUND);

const ID = "0123456789abcdef0123456789abcdef";
const KEY = 'apiKey: "a-key-for-tests"';
const SHORTLY = "timeoutMs: 1_500";

/** @type {[what: string, call: () => string][]} */
const CALLS = [
  ["a key that is refused", () => `waitForTask("http-401--uncaught", { baseUrl: "${simulator.url}", apiKey: "a key that is none".replaceAll(" ", "") })`],
  ["an argument", () => 'getTaskDetails("")'],
  ["a server that nobody reaches", () => 'waitForTask("t", { baseUrl: "http://127.0.0.1:2", timeoutMs: 1_500 })'],
  ["a look that nobody answers", () => 'getTaskDetails("t", { baseUrl: "http://127.0.0.1:2" })'],
  ["https where http is spoken", () => `waitForTask("${ID}", { ${KEY}, ${SHORTLY}, baseUrl: "${simulator.url.replace("http:", "https:")}" })`],
  ["a bug in an own fetch", () => `waitForTask("${ID}", { ${KEY}, timeoutMs: 700, fetch: async () => undefined.url })`],
  ["a bug in an own fetch without a key", () => `waitForTask("${ID}", { timeoutMs: 700, fetch: async () => undefined.url })`],
  ["an own fetch that says a lot", () => `getTaskDetails("${ID}", { ${KEY}, fetch: async () => { throw new Error("y".repeat(20_000)); } })`],
  ["a server that hangs up", () => `waitForTask("${ID}", { ${KEY}, ${SHORTLY}, baseUrl: "http://127.0.0.1:${closingPort()}" })`],
  ["a server that hangs up, without a key", () => `waitForTask("${ID}", { ${SHORTLY}, baseUrl: "http://127.0.0.1:${closingPort()}" })`],
  ["a port that refuses", () => `waitForTask("${ID}", { ${KEY}, ${SHORTLY}, baseUrl: "http://localhost:47" })`],
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

it("the cause that is a copy has no frame of the wasm, and none of the package where nothing was thrown but a value", BOUND, async () => {
  const options = { apiKey: "a-key-for-tests" };
  const bug = await getTaskDetails("t", { ...options, fetch: async () => Promise.reject(new Error("mine")) }).catch((reason) => reason);
  assert.match(bug.cause.stack, /^Error: mine\n +at .*uncaught\.test\.mjs/);
  assert.doesNotMatch(bug.cause.stack, /wasm/);
  const thrown = { message: "no error", code: "MINE" };
  const { cause } = await getTaskDetails("t", { ...options, fetch: () => Promise.reject(thrown) }).catch((reason) => reason);
  assert.deepEqual([cause.stack, cause.code], ["Error: no error", "MINE"]);
});

it("without a key what an own fetch throws has no frame of the wasm", BOUND, async () => {
  const fetch = () => Promise.reject(new Error("mine"));
  const { cause } = await getTaskDetails("t", { fetch }).catch((reason) => reason);
  assert.match(cause.stack, /uncaught\.test\.mjs/);
  assert.doesNotMatch(cause.stack, /wasm/);
});

it("a program that makes stacks of its own gets a stack that begins with the error, and ends with a place or with none", BOUND, async () => {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const fetch = async () => Response.json({ code: 401, msg: "no" }, { status: 401 });
  try {
    Error.stackTraceLimit = 0;
    const none = await getTaskDetails("t", { fetch }).catch((reason) => reason);
    assert.equal(none.stack, `TaskError: ${none.message}\n    at nanobanana-task`);
    Error.stackTraceLimit = 10;
    Error.prepareStackTrace = (_, sites) => sites;
    const odd = await getTaskDetails("t", { fetch }).catch((reason) => reason);
    assert.equal(odd.stack, `TaskError: ${odd.message}\n    at nanobanana-task`);
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
});

it("TaskError takes the fields that it knows, where they are of their type", () => {
  const timedOut = new TaskError("x", /** @type {any} */ ({ kind: "timed-out", taskId: "t", handle: null, attempts: "2" }));
  assert.deepEqual([timedOut.handle?.taskId, timedOut.attempts], ["t", 0]);
  const odd = { name: "TaskError", kind: "timed-out", message: 5, taskId: 7, handle: null, details: "text", stack: "mine", toJSON: 1, cause: { name: "Error" } };
  const error = TaskError.from(/** @type {any} */ (odd));
  assert.deepEqual([error.message, error.taskId, error.handle?.v, error.details, error.cause], ["", "", 1, null, undefined]);
  assert.ok(typeof error.toJSON === "function" && error.stack !== "mine");
  assert.equal(new TaskError("x", /** @type {any} */ (null)).kind, "network");
});

it("the cause of a time-out shows its kind alone, and has all fields", BOUND, async () => {
  const fetch = async () => Response.json({ code: 500, msg: "down" }, { status: 500 });
  const error = await waitForTask("t", { fetch, timeoutMs: 700 }).catch((reason) => reason);
  assert.match(error.message, /^Not finished after 0\.7 s/);
  assert.deepEqual(Object.keys(error.cause).filter((name) => name !== "cause"), ["kind"]);
  assert.deepEqual([error.cause.taskId, error.cause.httpStatus, error.toJSON().cause.httpStatus], ["t", 500, 500]);
});

it("what is thrown is named in the message: an apiKey function's words, and the class of an error without any", BOUND, async () => {
  const apiKey = () => Promise.reject(new Error("the vault is sealed"));
  assert.match((await getTaskDetails("t", { apiKey }).catch((reason) => reason)).message, /the vault is sealed/);
  class VaultError extends Error {}
  const fetch = () => Promise.reject(Object.assign(new VaultError(), { name: "" }));
  assert.match((await getTaskDetails("t", { fetch }).catch((reason) => reason)).message, /VaultError/);
});

it("a reply that has json() alone keeps its status where its body is no JSON", BOUND, async () => {
  const reply = { status: 401, json: () => Promise.reject(new SyntaxError("Unexpected token <")) };
  const fetch = async () => /** @type {any} */ (reply);
  assert.equal((await waitForTask("t", { apiKey: "a-key-for-tests", fetch, timeoutMs: 3_000 }).catch((reason) => reason)).kind, "unauthorized");
  assert.equal((await getTaskDetails("t", { fetch: async () => /** @type {any} */ ({ ...reply, status: 200 }) }).catch((reason) => reason)).kind, "invalid-reply");
});

it("where the runtime lacks what the package needs, the error names it and blames no policy", BOUND, async () => {
  for (const missing of ["WebAssembly", "Response", "TextDecoder", "URL", "performance"]) {
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
