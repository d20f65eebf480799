// @ts-check
/**
 * Other clients that wait for a task, each run as its users run it, on this API: what comes back from record-info is put into the words
 * of the API that the client was made for, and all the rest is left to the client. They poll as they do by default.
 *
 * Where the two worlds differ, the doubt is in the client's favour: a code in the envelope becomes the HTTP status, as most know nothing else;
 * the signal goes wherever there is a place for it; and a client which would ask once more for the result is given it with the status.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * @typedef {object} Waiting
 * @property {string} taskId
 * @property {(signal?: AbortSignal) => Promise<Response>} send Asks record-info once: the reply as it came, or what fetch throws.
 * @property {AbortSignal | undefined} [signal]
 * @property {number | undefined} [timeoutMs] For those that know a limit to the whole wait; the others would go on for ever.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} version
 * @property {(waiting: Waiting) => Promise<any>} wait Resolves with the task once the client takes it for done, rejects when it has failed or
 *   the client gave up.
 *
 * @typedef {Record<string, any>} Document
 */

// They are installed in a folder of their own, for who runs a bench and for nobody else: no type and no import may rest on them.
const installed = new URL("./peers/package.json", import.meta.url);
/** @type {(name: string) => any} Loads at the first call, so that a bench can put a clock of its own in place before. */
const load = createRequire(installed);
/** @type {Record<string, string>} */
const versions = JSON.parse(readFileSync(installed, "utf8")).dependencies;

/** @type {Peer[]} */
export const peers = [
  { name: "@fal-ai/client", wait: fal },
  { name: "replicate", wait: replicate },
  { name: "@runwayml/sdk", wait: runway },
  { name: "@azure/core-lro", wait: azure },
  { name: "@smithy/util-waiter", wait: smithy },
  { name: "hand-written loop", wait: handWritten },
].map((peer) => ({ ...peer, version: versions[peer.name] ?? "" }));

/** @param {Waiting} waiting */
async function fal({ taskId, send, signal, timeoutMs }) {
  const { createFalClient } = load("@fal-ai/client");
  const client = createFalClient({
    credentials: "unused",
    fetch: asFetch(send, (flag, record) => ({ status: { 0: "IN_PROGRESS", 1: "COMPLETED", 2: "COMPLETED", 3: "COMPLETED" }[flag] ?? "UNKNOWN", record })),
  });
  const { record } = await client.queue.subscribeToStatus("peer/task", { requestId: taskId, abortSignal: signal, timeout: timeoutMs });
  // There a failed task is a completed one whose result is an error.
  if (record.successFlag !== 1) throw new Error(record.errorMessage);
  return record;
}

/** @param {Waiting} waiting */
async function replicate({ taskId, send, signal }) {
  const Replicate = load("replicate");
  const client = new Replicate({
    auth: "unused",
    fetch: asFetch(send, (flag, record) => ({
      id: taskId,
      status: { 0: "processing", 1: "succeeded", 2: "failed", 3: "failed" }[flag] ?? "unknown",
      error: record["errorMessage"],
      record,
    })),
  });
  // Its own `run` looks at the signal in this place too.
  const { record } = await client.wait({ id: taskId }, {}, () => signal?.aborted === true);
  signal?.throwIfAborted();
  return record;
}

/** @param {Waiting} waiting */
async function runway({ taskId, send, signal, timeoutMs }) {
  const { RunwayML } = load("@runwayml/sdk");
  const client = new RunwayML({
    apiKey: "unused",
    fetch: asFetch(send, (flag, record) => ({
      id: taskId,
      status: { 0: "RUNNING", 1: "SUCCEEDED", 2: "FAILED", 3: "FAILED" }[flag] ?? "UNKNOWN",
      failure: record["errorMessage"],
      record,
    })),
  });
  const limit = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  return (await client.tasks.retrieve(taskId, { signal }).waitForTaskOutput({ abortSignal: signal, ...limit })).record;
}

/** @param {Waiting} waiting */
async function azure({ send, signal }) {
  const { createHttpPoller } = load("@azure/core-lro");
  const fetch = asFetch(send, (flag, record) => ({ status: { 0: "running", 1: "succeeded", 2: "failed", 3: "failed" }[flag] ?? "unknown", record }));
  const url = "https://peer.invalid/task";
  const poller = createHttpPoller(
    {
      sendInitialRequest: () => Promise.reject(new Error("it is told of a task that there is")),
      /** @param {string} _url @param {{ abortSignal?: AbortSignal }} [options] */
      sendPollRequest: async (_url, { abortSignal } = {}) => {
        const response = await fetch(url, { signal: abortSignal });
        const text = await response.text();
        // Other than in a success, a body is nothing that it reads.
        const body = response.ok ? JSON.parse(text) : undefined;
        const headers = Object.fromEntries(response.headers);
        return { flatResponse: body, rawResponse: { statusCode: response.status, headers, body, request: { url, method: "GET" } } };
      },
    },
    {
      restoreFrom: JSON.stringify({
        state: {
          status: "running",
          config: { metadata: { mode: "OperationLocation" }, operationLocation: url, initialRequestUrl: url, requestMethod: "GET" },
        },
      }),
    },
  );
  return (await poller.pollUntilDone({ abortSignal: signal })).record;
}

/** @param {Waiting} waiting */
async function smithy({ send, signal, timeoutMs = 300_000 }) {
  const { createWaiter, checkExceptions, WaiterState } = load("@smithy/util-waiter");
  const fetch = asFetch(send, (flag, record) => ({ state: { 0: "RETRY", 1: "SUCCESS", 2: "FAILURE", 3: "FAILURE" }[flag] ?? "RETRY", record }));
  const quiet = { config: { logger: { warn() {} } } };
  // As the AWS SDK's generated waiters do: whatever none of their rules names, errors too, means "ask again".
  const look = async () => {
    try {
      const response = await fetch("https://peer.invalid/task", { signal });
      if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { $metadata: { httpStatusCode: response.status } });
      const { state, record } = await response.json();
      return { state: WaiterState[state] ?? WaiterState.RETRY, reason: record };
    } catch (reason) {
      return { state: WaiterState.RETRY, reason };
    }
  };
  const options = { client: quiet, maxWaitTime: timeoutMs / 1000, minDelay: 2, maxDelay: 10, ...(signal && { abortSignal: signal }) };
  return checkExceptions(await createWaiter(options, {}, look)).reason;
}

/**
 * As it stands in many a project.
 * @param {Waiting} waiting
 */
async function handWritten({ send, signal, timeoutMs = 300_000 }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const response = await send(signal);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { code, msg, data } = await response.json();
    if (code !== 200) throw new Error(`${code}: ${msg}`);
    if (data.successFlag === 1) return data;
    if (data.successFlag === 2 || data.successFlag === 3) throw new Error(data.errorMessage);
    if (Date.now() + 2000 > deadline) throw new Error("timed out");
    await new Promise((resolve, reject) => {
      const aborted = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", aborted);
        resolve(undefined);
      }, 2000);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  }
}

/**
 * A fetch for a client of another API. Only status reads are sent on: when fal's client gives up it cancels the task, which this API cannot.
 * @param {Waiting["send"]} send
 * @param {(flag: number, record: Document) => Document} inItsWords What its API would say of a task with this flag.
 * @returns {(url: unknown, init?: { method?: string, signal?: AbortSignal | null | undefined }) => Promise<Response>}
 */
function asFetch(send, inItsWords) {
  return async (_url, { method = "GET", signal } = {}) => {
    if (method.toUpperCase() !== "GET") return Response.json({});
    const response = await send(signal ?? undefined);
    // A made Response cannot have a status that goes with a redirect left alone; such a reply is for the client as it is.
    if (response.status !== 200) return response;
    /** @type {string} */
    let text;
    try {
      text = await response.text();
    } catch (broken) {
      // Thrown where the client reads the body, as it would have been.
      return new Response(new ReadableStream({ start: (body) => body.error(broken) }), response);
    }
    const { code, record } = envelope(text);
    if (code === undefined || (code === 200 && !record)) return new Response(text, response);
    if (code !== 200 || !record) return new Response(text, { status: code >= 400 && code <= 599 ? code : 500, headers: response.headers });
    return new Response(JSON.stringify(inItsWords(record["successFlag"], record)), response);
  };
}

/** @param {string} text @returns {{ code?: number, record?: Document }} */
function envelope(text) {
  try {
    const { code, data } = JSON.parse(text);
    if (typeof code !== "number") return {};
    return data !== null && typeof data === "object" ? { code, record: data } : { code };
  } catch {
    return {};
  }
}
