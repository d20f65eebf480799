// @ts-check
/** Polls that a server redirects to a page of its own, as session middleware does. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { it } from "node:test";
import { waitForTask } from "../../pkg/index.js";

const BOUND = { timeout: 30_000 };
const running = { code: 200, msg: "success", data: { taskId: "t", successFlag: 0, response: null } };
const done = { ...running, data: { ...running.data, successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } } };

/**
 * What comes of a wait, and how often it polled.
 * @param {(poll: number, path: string) => string | object} answer A path to go to, or a reply.
 */
async function wait(answer) {
  let polls = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://x");
    if (pathname.endsWith("/record-info")) polls += 1;
    const says = answer(polls, pathname);
    if (typeof says === "object") response.setHeader("Content-Type", "application/json").end(JSON.stringify(says));
    else if (says.startsWith("/")) response.writeHead(302, { Location: says }).end();
    else response.setHeader("Content-Type", "text/html").end(says);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const options = { baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 20_000, pace: /** @type {const} */ ("eager") };
  const outcome = await waitForTask("t", options).catch((error) => error);
  server.closeAllConnections();
  server.close();
  return { outcome, polls };
}

it("a session that expires in mid-wait is told as that after a few attempts", BOUND, async () => {
  const { outcome, polls } = await wait((poll, path) => (path === "/login" ? "<h1>Sign in</h1>" : poll < 3 ? running : "/login"));
  assert.deepEqual([outcome.kind, outcome.retryable, polls], ["unauthorized", false, 5], outcome.message);
  assert.match(outcome.message, /redirected.*sign in again/);
});

it("a redirect to the same path with a slash, which the API answers, is no failure", BOUND, async () => {
  const { outcome } = await wait((poll, path) => (path.endsWith("/") ? (poll < 2 ? running : done) : `${path}/`));
  assert.equal(outcome.status, "SUCCESS", outcome.message);
});
