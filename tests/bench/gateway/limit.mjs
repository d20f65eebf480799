// @ts-check
/**
 * Many visitors with a task each, over one key that may ask ten times a second: what the gateway
 * sends, and how late its visitors learn. Beside it a server that only forwards.
 */

import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { waitForTask } from "../../../pkg/index.js";
import { PLACES } from "../../gateway/places.mjs";
import { startUpstream } from "../../page/upstream.mjs";
import { startSimulator } from "../../processes.mjs";

const PER_SECOND = 10;
const TASKS = [30, 200, 1_000];
/** Standard images take 8 to 40 s. */
const SHORTEST_MS = 8_000;
const LONGEST_MS = 40_000;
/** All who forward together take long; what is not done then is counted as not done. */
const LONGEST_WAIT_MS = 420_000;

/** @typedef {{ url: string, key: string }} Api */
/** @typedef {import("../../gateway/places.mjs").Place} Place */
/**
 * @typedef {object} Result
 * @property {number} refused
 * @property {boolean} refusedLater After the first second.
 * @property {number[]} late
 * @property {number} undone
 * @property {number} polls Upstream, a task.
 * @property {number} requests Of a visitor, a task.
 */

/** @param {Api} api @param {number} [maxRequestsPerSecond] @returns {Promise<Place>} */
async function gateway({ url, key }, maxRequestsPerSecond) {
  const start = /** @type {(told: import("../../gateway/places.mjs").Told) => Promise<Place>} */ (
    PLACES["Node.js"]
  );
  return start({
    upstream: url,
    apiKey: key,
    maxRequestsPerMinute: Infinity,
    ...(maxRequestsPerSecond !== undefined && { maxRequestsPerSecond }),
  });
}

/** Adds the key and nothing else. @param {Api} api @returns {Promise<Place>} */
function forwarder({ url, key }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  return startUpstream((incoming, outgoing) => {
    http
      .get(
        new URL(incoming.url ?? "/", url),
        { agent, headers: { authorization: `Bearer ${key}` } },
        (reply) => {
          outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(outgoing);
        },
      )
      .on("error", () => outgoing.destroy());
  });
}

/** @type {Record<string, (api: Api) => Promise<Place>>} */
const KINDS = {
  "the gateway": (api) => gateway(api),
  "the gateway, 8 a second": (api) => gateway(api, 8),
  "a server that forwards": forwarder,
};

/** @param {(api: Api) => Promise<Place>} start @param {number} tasks @returns {Promise<Result>} */
async function run(start, tasks) {
  const simulator = await startSimulator({
    args: [`--queries-per-second=${PER_SECOND}`, "--keep-alive"],
  });
  const place = await start(simulator);
  let requests = 0;
  const counting = (/** @type {string} */ address, /** @type {RequestInit} */ init) => {
    requests += 1;
    return fetch(address, init);
  };
  const startedAt = (await (await fetch(`${simulator.url}/simulator/health`)).json()).upMs;
  const late = await Promise.all(
    Array.from({ length: tasks }, async (_, index) => {
      // Those that take long are spread over all, and not the last that begin.
      const ms = Math.round(
        SHORTEST_MS + ((LONGEST_MS - SHORTEST_MS) * ((index * 37) % tasks)) / (tasks - 1),
      );
      const id = await created(simulator, ms);
      const began = performance.now();
      const options = {
        baseUrl: place.url,
        timeoutMs: LONGEST_WAIT_MS,
        fetch: /** @type {any} */ (counting),
      };
      return waitForTask(id, options).then(
        () => performance.now() - began - ms,
        () => NaN,
      );
    }),
  );
  const { looks, rateLimited } = await (await fetch(`${simulator.url}/simulator/log`)).json();
  await Promise.all([place.stop(), simulator.stop()]);
  const done = late.filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
  return {
    refused: rateLimited.count,
    refusedLater: rateLimited.count > 0 && rateLimited.lastAtMs > startedAt + 1_000,
    late: done,
    undone: tasks - done.length,
    polls: looks / tasks,
    requests: requests / tasks,
  };
}

/**
 * Creates a task, whose life begins then. @param {Api} api @param {number} ms @returns
 * {Promise<string>}
 */
async function created({ url, key }, ms) {
  const init = {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ prompt: `simulate:success-${ms}ms` }),
  };
  return (await (await fetch(`${url}/api/v1/nanobanana/generate`, init)).json()).data.taskId;
}

/** @param {number} ms */
const seconds = (ms) => (ms / 1_000).toFixed(1);

/** Prints a row for each, and returns whether what must hold does. */
export async function measureLimit() {
  const heads = [
    "429 upstream",
    "late s: median",
    "worst",
    "polls a task",
    "requests a task",
    "not done",
  ];
  let holds = true;
  for (const tasks of TASKS) {
    const title = `${tasks} tasks of 8 to 40 s at once, ${PER_SECOND} queries a second`;
    console.log(`
${title.padEnd(50)}${heads.map((head) => head.padStart(16)).join("")}`);
    // Each against an API of its own, and so beside the others.
    const results = await Promise.all(
      Object.entries(KINDS).map(async ([name, start], index) => {
        await pause(index * 300);
        return { name, ...(await run(start, tasks)) };
      }),
    );
    for (const { name, refused, refusedLater, late, undone, polls, requests } of results) {
      const cells = [
        refused,
        seconds(late[Math.floor(late.length / 2)] ?? NaN),
        seconds(late.at(-1) ?? NaN),
        polls.toFixed(1),
        requests.toFixed(1),
        undone,
      ];
      console.log(`${name.padEnd(50)}${cells.map((cell) => String(cell).padStart(16)).join("")}`);
      holds &&= !(name.startsWith("the gateway") && (refusedLater || undone > 0));
    }
  }
  console.log(
    `\nno 429 from the API after the first second, and every task done: ${holds ? "yes" : "no"}`,
  );
  return holds;
}
