// @ts-check
/**
 * The gateway in workerd, against a Worker that does nothing but forward: how many looks a second, and how long each takes. Then what many
 * who wait for one task cost upstream, and how late they learn that it has ended: by polling, and by push. And what many who
 * wait for a task each make of a key that may ask ten times a second.
 */

import http from "node:http";
import { waitForTask } from "../../pkg/index.js";
import { logOf } from "../behaviour/all.mjs";
import { startInWorkerd } from "../gateway/places.mjs";
import { startSimulator } from "../processes.mjs";
import { measureLimit } from "./gateway/limit.mjs";
import { measurePush } from "./gateway/push.mjs";

const ROUNDS = 5;
const ROUND_MS = 3_000;
const PATH = "/api/v1/nanobanana/record-info";
const TASK_MS = 12_000;

const simulator = await startSimulator({ args: ["--keep-alive"] });
const told = { upstream: simulator.url, apiKey: simulator.key, maxRequestsPerMinute: 1e9, maxRequestsPerSecond: Infinity };
/** @type {Record<string, { url: string, stop: () => Promise<void>, id: () => string }>} */
const kinds = {};
let number = 0;
const fresh = () => `pending--${(number += 1)}`;
kinds["a forwarding Worker"] = { ...(await startInWorkerd(told, "bench/gateway/forward.mjs")), id: fresh };
kinds["the gateway, every task new"] = { ...(await startInWorkerd(told)), id: fresh };
kinds["the gateway, one task for all"] = { ...(await startInWorkerd(told)), id: () => "pending--one" };

/** @typedef {{ perSecond: number, p50: number, p99: number }} Speed */

/** One look over a connection that is kept. @param {http.Agent} agent @param {string} url @param {string} id @returns {Promise<number>} in ms */
function look(agent, url, id) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    http.get(`${url}${PATH}?taskId=${id}`, { agent }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`HTTP ${reply.statusCode}`));
      reply.resume().once("end", () => resolve(performance.now() - began)).once("error", reject);
    }).once("error", reject);
  });
}

/** @param {{ url: string, id: () => string }} kind @param {number} atOnce @returns {Promise<Speed>} */
async function measured({ url, id }, atOnce) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  /** @type {number[]} */
  const took = [];
  const began = performance.now();
  const until = began + ROUND_MS;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (performance.now() < until) took.push(await look(agent, url, id()));
  }));
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  took.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
  return { perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** @param {number[]} numbers */
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

for (const kind of Object.values(kinds)) await measured(kind, 16);
for (const atOnce of [1, 32]) {
  /** @type {Record<string, Speed[]>} */
  const rounds = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, kind] of Object.entries(kinds)) rounds[name]?.push(await measured(kind, atOnce));
  }
  console.log(`\n${`${atOnce} at once, ${ROUNDS} rounds of ${ROUND_MS / 1_000} s in turn`.padEnd(42)}looks/s     ratio    p50 ms    p99 ms`);
  const [first = ""] = Object.keys(kinds);
  for (const [name, speeds] of Object.entries(rounds)) {
    const ratio = median(speeds.map(({ perSecond }, round) => perSecond / (rounds[first]?.[round]?.perSecond ?? NaN)));
    const cells = [median(speeds.map(({ perSecond }) => perSecond)).toFixed(0), ratio.toFixed(2), median(speeds.map(({ p50 }) => p50)).toFixed(2), median(speeds.map(({ p99 }) => p99)).toFixed(2)];
    console.log(`${name.padEnd(39)}${cells.map((cell) => cell.padStart(10)).join("")}`);
  }
}

const seen = logOf(simulator.url);
console.log(`\n${`waiting for one task of ${TASK_MS / 1_000} s, polling`.padEnd(42)}looks upstream   late ms: median       p95`);
for (const watchers of [1, 100, 1_000]) {
  const id = `success-${TASK_MS / 1_000}s--watched-${watchers}`;
  const url = kinds["the gateway, every task new"]?.url ?? "";
  const began = performance.now();
  const late = await Promise.all(Array.from({ length: watchers }, async () => {
    await waitForTask(id, { baseUrl: url });
    return performance.now() - began - TASK_MS;
  }));
  const { looks } = await seen(id);
  late.sort((a, b) => a - b);
  const cells = [String(looks.length), median([...late]).toFixed(0), (late[Math.floor(late.length * 0.95)] ?? NaN).toFixed(0)];
  console.log(`${`${watchers} watchers, each a client of its own`.padEnd(42)}${cells[0]?.padStart(14)}${cells[1]?.padStart(18)}${cells[2]?.padStart(10)}`);
}

await measurePush(simulator);
if (!(await measureLimit())) process.exitCode = 1;
await Promise.all([...Object.values(kinds).map(({ stop }) => stop()), simulator.stop()]);
