// @ts-check
/** An API that says exactly what a test tells it to, for replies that a test must be sure of to the byte. */

import { once } from "node:events";
import { createServer } from "node:http";

/** @typedef {import("node:http").IncomingMessage} Incoming */
/** @typedef {import("node:http").ServerResponse} Outgoing */

/**
 * @param {(request: Incoming, response: Outgoing) => void} answer
 * @returns {Promise<{ url: string, requests: Incoming[], stop: () => Promise<void> }>}
 */
export async function startUpstream(answer) {
  /** @type {Incoming[]} */
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${address.port}`, requests, stop };
}

/**
 * @param {Outgoing} response
 * @param {unknown} value
 * @param {number} [status]
 * @param {Record<string, string>} [headers]
 */
export function sendJson(response, value, status = 200, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));
}

/**
 * A task as the API describes one.
 * @param {Record<string, unknown>} [fields]
 */
export function record(fields = {}) {
  const data = { taskId: "t1", paramJson: "", completeTime: null, createTime: null, response: null, successFlag: 0, errorCode: null, errorMessage: null };
  return { code: 200, msg: "success", data: { ...data, ...fields } };
}
