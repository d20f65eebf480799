// @ts-check
/** Importing the package does nothing. The first call loads the wasm, once however many come at once. This file has a process of its own. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { answering, success } from "../behaviour/world.mjs";

const BOUND = { timeout: 20_000 };
const PACKAGE = fileURLToPath(new URL("../../pkg/", import.meta.url));

/** Calls, by the package, of what an import might be tempted by; Node itself uses some of it too. @type {string[]} */
const called = [];
const fromPackage = () => String(new Error().stack).includes("/pkg/");

/** @param {any} owner @param {string} name */
function spy(owner, name) {
  const real = owner[name];
  const wrapper = new Proxy(real, {
    apply: (target, self, given) => {
      if (fromPackage()) called.push(name);
      return Reflect.apply(target, self, given);
    },
    construct: (target, given, made) => {
      if (fromPackage()) called.push(`new ${name}`);
      return Reflect.construct(target, given, made);
    },
  });
  owner[name] = wrapper;
  after(() => (owner[name] = real));
}

const before = new Set(Reflect.ownKeys(globalThis));
for (const name of ["compile", "compileStreaming", "instantiate", "instantiateStreaming", "Module", "Instance", "Memory"]) {
  if (name in WebAssembly) spy(WebAssembly, name);
}
for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask", "atob", "TextDecoder", "TextEncoder", "FinalizationRegistry"]) {
  spy(globalThis, name);
}

const api = await import("../../pkg/index.js");
const importing = [...called];

it("importing compiles, fetches, starts, makes and defines nothing", () => {
  assert.deepEqual(importing, []);
  assert.deepEqual([...Reflect.ownKeys(globalThis)].filter((name) => !before.has(name)), []);
});

it("it exports what its types say, and no more", () => {
  assert.deepEqual(Object.keys(api).sort(), ["TaskError", "createClient", "getTaskDetails", "parseTaskHandle", "waitForTask", "watchTask"]);
});

it("making a client starts nothing either", () => {
  called.length = 0;
  api.createClient({ apiKey: "k" });
  assert.deepEqual(called, []);
});

it("thirty cold calls at once compile once and all come through", BOUND, async () => {
  called.length = 0;
  const calls = Array.from({ length: 30 }, (_, index) => {
    const fetch = answering(success({ taskId: `t${index}` }));
    return index % 2 ? api.getTaskDetails(`t${index}`, { fetch }) : api.waitForTask(`t${index}`, { fetch });
  });
  assert.deepEqual((await Promise.all(calls)).map(({ taskId }) => taskId), calls.map((_, index) => `t${index}`));
  const compiled = called.filter((name) => /^(compile|instantiate|new Module|new Instance)/.test(name));
  assert.deepEqual(compiled, ["instantiate"]);
  assert.ok(!called.includes("fetch"), "the wasm was fetched");
});

it("a call comes through in a process without fetch, as long as the caller brings one", BOUND, async () => {
  const real = globalThis.fetch;
  // @ts-expect-error a runtime that has none
  delete globalThis.fetch;
  try {
    assert.equal((await api.getTaskDetails("t", { fetch: answering(success()) })).status, "SUCCESS");
    const error = await api.getTaskDetails("t").catch((/** @type {unknown} */ reason) => reason);
    assert.ok(error instanceof api.TaskError && error.kind === "invalid-argument", String(error));
    assert.match(error.message, /has no fetch/);
  } finally {
    globalThis.fetch = real;
  }
});

it("by its own name it is found by import and by require, and each file that it names is there", BOUND, async () => {
  const folder = await mkdtemp(join(tmpdir(), "nanobanana-task-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(PACKAGE, join(folder, "node_modules/nanobanana-task"), "junction");
    const say = "console.log(Object.keys(api).filter((name) => name !== '__esModule').sort().join())";
    await writeFile(join(folder, "import.mjs"), `import * as api from "nanobanana-task"; ${say}`);
    await writeFile(join(folder, "require.cjs"), `const api = require("nanobanana-task"); ${say}`);
    for (const program of ["import.mjs", "require.cjs"]) {
      const { stdout } = await promisify(execFile)(process.execPath, ["--no-warnings", join(folder, program)], { timeout: 10_000 });
      assert.equal(stdout.trim(), "TaskError,createClient,getTaskDetails,parseTaskHandle,waitForTask,watchTask", program);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const { exports, main, types } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  /** @param {any} entry @returns {string[]} */
  const files = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry).flatMap(files));
  const named = files(exports);
  for (const file of [main, types, ...named]) await access(join(PACKAGE, file));
});
