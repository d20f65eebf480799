// @ts-check
/** The entry that is told where its wasm is. Each source gets a process of its own, because the wasm is loaded once in each. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, it } from "node:test";
import { promisify } from "node:util";

const BOUND = { timeout: 20_000 };
const SLIM = new URL("../../pkg/slim.js", import.meta.url).href;
const WASM = new URL("../../pkg/core.wasm", import.meta.url);

const server = createServer(async (request, reply) => {
  if (request.url !== "/core.wasm") return reply.writeHead(404).end("<h1>not here</h1>");
  reply.writeHead(200, { "content-type": "application/wasm" }).end(await readFile(WASM));
});
let origin = "";

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(address && typeof address === "object");
  origin = `http://127.0.0.1:${address.port}`;
});
after(() => server.close());

/**
 * Runs a program with `slim`, `bytes`, `origin` and `look` at hand in a process of its own, and gives what it says.
 * @param {string} program
 */
async function run(program) {
  const text = `
    import { readFile } from "node:fs/promises";
    import * as slim from ${JSON.stringify(SLIM)};
    const origin = ${JSON.stringify(origin)};
    const bytes = await readFile(new URL(${JSON.stringify(WASM.href)}));
    const reply = { code: 200, data: { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };
    const look = () => slim.getTaskDetails("t", { fetch: async () => Response.json(reply) }).then(({ status }) => status);
    const failure = (promise) => promise.then(() => "no failure", (error) => error);
    ${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", text], { timeout: 15_000 });
  return stdout.trim();
}

for (const [name, source] of Object.entries({
  "an address": "origin + '/core.wasm'",
  "a URL": "new URL('/core.wasm', origin)",
  "a reply": "await fetch(origin + '/core.wasm')",
  "the promise of a reply": "fetch(origin + '/core.wasm')",
  bytes: "bytes",
  "an ArrayBuffer": "new Uint8Array(bytes).buffer",
  "a module": "new WebAssembly.Module(bytes)",
})) {
  it(`it starts from ${name}`, BOUND, async () => {
    assert.equal(await run(`slim.configure(${source}); console.log(await look(), (await slim.waitForTask("t", { fetch: async () => Response.json(reply) })).status)`), "SUCCESS SUCCESS");
  });
}

it("without a source, each call says which function to call first", BOUND, async () => {
  const said = await run(`
    const error = await failure(look());
    console.log(error instanceof slim.TaskError, error.kind, error.message);
    slim.configure(bytes);
    console.log(await look());`);
  assert.match(said, /^true invalid-argument .*call configure\(source\) first.*\nSUCCESS$/);
});

it("what cannot be a source is refused at once", BOUND, async () => {
  const said = await run(`
    for (const wrong of [undefined, null, 1, true, () => bytes]) {
      try { slim.configure(wrong); } catch (error) { console.log(error instanceof slim.TaskError, error.kind); }
    }`);
  assert.equal(said, Array(5).fill("true invalid-argument").join("\n"));
});

it("a source that fails is told with its cause, and the next call goes by a better one", BOUND, async () => {
  const said = await run(`
    const nowhere = "http://127.0.0.1:1/core.wasm";
    for (const wrong of [() => origin + "/elsewhere.wasm", () => nowhere, () => fetch(nowhere), () => new Uint8Array([1, 2, 3]), () => ({})]) {
      slim.configure(wrong());
      await new Promise((done) => setTimeout(done, 50));
      const error = await failure(look());
      console.log(error instanceof slim.TaskError, error.kind, /what configure\\(source\\) was given/.test(error.message), error.cause instanceof Error);
    }
    slim.configure(bytes);
    console.log(await look());
    slim.configure("http://127.0.0.1:1/core.wasm");
    console.log(await look());`);
  assert.equal(said, [...Array(5).fill("true invalid-argument true true"), "SUCCESS", "SUCCESS"].join("\n"));
});

it("instanceof TaskError holds, whichever entry made the error; not for a subclass, and not for another error", BOUND, async () => {
  const told = await run(`
    const main = await import(new URL("index.js", ${JSON.stringify(SLIM)}));
    slim.configure(bytes);
    const errors = [await failure(slim.getTaskDetails("")), await failure(main.getTaskDetails(""))];
    class Own extends main.TaskError {}
    console.log(...errors.flatMap((error) => [error instanceof slim.TaskError, error instanceof main.TaskError, error instanceof Own]));
    console.log([new Error("TaskError"), { name: "TaskError" }, null, undefined, 1].some((other) => other instanceof main.TaskError));`);
  assert.equal(told, "true true false true true false\nfalse");
});
