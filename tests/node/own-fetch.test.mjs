// @ts-check
/** npm's undici as an own fetch, over real sockets. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { fetch as undici } from "undici";
import { getTaskDetails } from "../../pkg/index.js";
import { success } from "../behaviour/world.mjs";
import { until } from "../gateway/push-place.mjs";

const BOUND = { timeout: 20_000 };

/** @type {Map<string, "open" | "closed">} */
const requests = new Map();
const server = createServer((request, response) => {
  const taskId = new URL(request.url ?? "", "http://x").searchParams.get("taskId") ?? "";
  requests.set(taskId, "open");
  request.socket.on("close", () => requests.set(taskId, "closed"));
  if (taskId.startsWith("slow")) return;
  response.setHeader("Content-Type", "application/json").end(JSON.stringify(success({ taskId })));
});
let baseUrl = "";

before(async () => {
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, "127.0.0.1", resolve)));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}, BOUND);
after(() => (server.closeAllConnections(), server.close()), BOUND);

describe("an own fetch", BOUND, () => {
  it("may be npm's undici, and a request is ended by its signal", async () => {
    const fetch = /** @type {any} */ (undici);
    assert.equal((await getTaskDetails("undici", { baseUrl, fetch })).status, "SUCCESS");
    const error = await getTaskDetails("slow-undici", { baseUrl, fetch, requestTimeoutMs: 200 }).catch((reason) => reason);
    assert.equal(error.kind, "network");
    await until(() => requests.get("slow-undici") === "closed", 2_000);
  });
});
