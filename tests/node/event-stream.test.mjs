// @ts-check
/** Streams that a server sends in odd pieces, over real sockets: each event is read, and reading costs no more than what comes. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { waitForTask, watchTask } from "../../pkg/index.js";
import { record, success } from "../behaviour/world.mjs";

const BOUND = { timeout: 30_000 };

/**
 * A server that answers each request with a stream of these pieces, one after the other.
 * @param {(write: (piece: string) => Promise<void>) => Promise<void>} stream
 */
async function startStream(stream) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    response.socket?.setNoDelay(true);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    /** @param {string} piece */
    const write = async (piece) => {
      response.write(piece);
      await pause(2);
    };
    void stream(write).then(() => response.end());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    asked: () => asked,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

for (const [name, end] of Object.entries({ LF: "\n", CRLF: "\r\n", CR: "\r" })) {
  it(`an event is read wherever its bytes are cut, with ${name} for line ends`, BOUND, async () => {
    const [first, ...rest] = JSON.stringify(record({ operationType: "\u00fc 🗼" }), null, 1).split("\n");
    const lines = [": hello", "", `data: ${first}`, "event: message", ...rest.map((line) => `data:${line}`), "", ""];
    const text = `${lines.join(end)}data: ${JSON.stringify(success())}${end}${end}`;
    const { baseUrl, asked, stop } = await startStream(async (write) => {
      // Byte by byte, and so within every line end and every character.
      for (const piece of Buffer.from(text)) await write(/** @type {any} */ (Buffer.of(piece)));
    });
    const states = [];
    for await (const { status, operationType } of watchTask("t", { baseUrl })) states.push([status, operationType]);
    stop();
    assert.deepEqual(states, [["GENERATING", "\u00fc 🗼"], ["SUCCESS", null]]);
    assert.equal(asked(), 1, "requests");
  });
}

/**
 * How much CPU time, of server and client together, a line takes that grows by 1,200 single bytes.
 * @param {number} length How long it has been before.
 */
async function growing(length) {
  let spentMs = NaN;
  const { baseUrl, stop } = await startStream(async (write) => {
    await write(`data: ${"x".repeat(length)}`);
    const before = process.cpuUsage();
    for (let sent = 0; sent < 1_200; sent += 1) await write("x");
    const { user, system } = process.cpuUsage(before);
    spentMs = (user + system) / 1000;
    // Were the stream ended, it would be asked for again.
    await new Promise(() => {});
  });
  await assert.rejects(waitForTask("t", { baseUrl, timeoutMs: 5_000 }), { kind: "timed-out" });
  stop();
  return spentMs;
}

it("a byte costs no more where the line is long", BOUND, async () => {
  const [long, short] = [await growing(940_000), await growing(100)];
  assert.ok(long < short + 500, `${long} ms of CPU for 1,200 bytes after 940,000, and ${short} ms after 100`);
});
