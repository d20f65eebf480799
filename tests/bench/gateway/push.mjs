// @ts-check
/** What push costs and how late it is, and what speaks for the way it goes. */

import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { callbackUrl } from "../../../pkg/gateway.js";
import { getTaskDetails, waitForTask } from "../../../pkg/index.js";
import { logOf } from "../../behaviour/all.mjs";
import { all, startPush, watch } from "../../gateway/push-place.mjs";

const TASK_MS = 12_000;
/** Standard images take 8 to 40 s. */
const TASKS = 33;
const SHORTEST_MS = 8_000;
const STEP_MS = 1_000;
const WORDS = 200;
/** workerd takes an object out of memory that has had nothing to do for 10 s. */
const IDLE_MS = 13_000;

/** @typedef {{ url: string, key: string, startedAt: number }} Simulator */

/** @param {number[]} numbers @param {number} share */
const at = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? NaN;

/** @param {string} name @param {(string | number)[]} cells */
const row = (name, cells) => console.log(`${name.padEnd(42)}${cells.map((cell) => String(cell).padStart(14)).join("")}`);

/**
 * When a task of the simulator ends: its life begins with the first look.
 * @param {Simulator} simulator
 * @param {string} id
 * @param {number} ms
 */
async function endOf(simulator, id, ms) {
  const { looks } = await logOf(simulator.url)(id);
  return { at: simulator.startedAt + (looks[0]?.atMs ?? NaN) + ms, looks: looks.length };
}

/** When the simulator's clock began, by a look at it. @param {{ url: string, key: string }} simulator */
async function startOf({ url, key }) {
  const id = "pending--clock";
  await getTaskDetails(id, { baseUrl: url, apiKey: key });
  const before = Date.now();
  await getTaskDetails(id, { baseUrl: url, apiKey: key });
  const { looks } = await logOf(url)(id);
  return (before + Date.now()) / 2 - (looks[1]?.atMs ?? NaN);
}

/** @param {{ url: string, key: string }} running */
export async function measurePush(running) {
  const simulator = { ...running, startedAt: await startOf(running) };
  const place = await startPush({ simulator, worker: "bench/gateway/held.mjs" });
  await watched(place.urls, simulator);
  await late(place.urls[0], simulator);
  await ways(place.urls[0], simulator);
  await place.stop();
}

/** What many who watch one task cost upstream. @param {string[]} urls @param {Simulator} simulator */
async function watched(urls, simulator) {
  console.log("");
  row(`watching one task of ${TASK_MS / 1_000} s, by push`, ["looks upstream", "late ms: p50", "p95"]);
  for (const watchers of [1, 100, 1_000]) {
    const id = `success-${TASK_MS / 1_000}s--pushed-${watchers}`;
    const heard = await Promise.all(Array.from({ length: watchers }, async (_, index) => {
      const { events } = await watch(urls[index % urls.length] ?? "", id);
      return (await all(events)).at(-1)?.atMs ?? NaN;
    }));
    const end = await endOf(simulator, id, TASK_MS);
    const times = heard.map((time) => Math.round(time - end.at));
    row(`${watchers} watchers, on two Workers`, [end.looks, at(times, 0.5), at(times, 0.95)]);
  }
}

/** How late one learns that a task has ended, and for how many looks. @param {string} url @param {Simulator} simulator */
async function late(url, simulator) {
  /** @param {string} id */
  const pushed = async (id) => (await all((await watch(url, id)).events)).at(-1)?.atMs ?? NaN;
  /** @param {string} id @param {"normal" | "eager"} pace */
  const polled = async (id, pace) => {
    await waitForTask(id, { baseUrl: simulator.url, apiKey: simulator.key, pace });
    return Date.now();
  };
  /** @type {Record<string, (id: string, ms: number) => Promise<number>>} */
  const kinds = {
    "waitForTask, pace normal": (id) => polled(id, "normal"),
    "waitForTask, pace eager": (id) => polled(id, "eager"),
    push: (id) => pushed(id),
    "push, with the API's callback": async (id, ms) => {
      const { events } = await watch(url, id);
      await events.next();
      await pause((await endOf(simulator, id, ms)).at - Date.now());
      await fetch(await callbackUrl(url, simulator.key), { method: "POST", body: JSON.stringify({ code: 200, msg: "success", data: { taskId: id } }) });
      return (await all(events)).at(-1)?.atMs ?? NaN;
    },
  };
  console.log("");
  row(`${TASKS} tasks of ${SHORTEST_MS / 1_000} to ${(SHORTEST_MS + (TASKS - 1) * STEP_MS) / 1_000} s, one watcher each`, ["looks a task", "late ms: p50", "p95"]);
  for (const [name, run] of Object.entries(kinds)) {
    const runs = await Promise.all(Array.from({ length: TASKS }, async (_, index) => {
      const ms = SHORTEST_MS + index * STEP_MS + 370;
      const id = `success-${ms}ms--late-${name.replace(/\W/g, "")}`;
      const heard = await run(id, ms);
      const end = await endOf(simulator, id, ms);
      return { late: Math.round(heard - end.at), looks: end.looks };
    }));
    const times = runs.map((each) => each.late);
    row(name, [(runs.reduce((sum, { looks }) => sum + looks, 0) / TASKS).toFixed(1), at(times, 0.5), at(times, 0.95)]);
  }
}

/** The three ways from the object to its watcher. @param {string} url @param {Simulator} simulator */
async function ways(url, simulator) {
  console.log("");
  row("from the object to one watcher", ["ms: p50", "p95", "bytes an event", "bytes to open", "stays in memory"]);
  /** @type {[name: string, path: string, headers: Record<string, string>][]} */
  const kinds = [
    ["events by the Worker, over a WebSocket", "/api/v1/nanobanana/record-info", { accept: "text/event-stream" }],
    ["events by the object", "/events", { accept: "text/event-stream" }],
    ["the object's WebSocket, handed out", "/socket", { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" }],
  ];
  for (const [index, [name, path, headers]] of kinds.entries()) {
    // Told to leave the API alone for a minute, the object has nothing to do.
    const id = `http-429-retry-60s--way-${index}`;
    const query = `?taskId=${id}`;
    const { socket, heard } = await open(new URL(path + query, url), headers);
    await pause(500);
    const opened = socket.bytesRead + socket.bytesWritten;
    const times = [];
    for (let count = 0; count < WORDS; count += 1) {
      const began = performance.now();
      const next = heard();
      void fetch(new URL(`/say${query}`, url)).then((reply) => reply.text());
      await next;
      times.push(performance.now() - began);
    }
    const bytes = (socket.bytesRead + socket.bytesWritten - opened) / WORDS;
    const born = async () => (await fetch(new URL(`/born${query}`, url))).json();
    const first = await born();
    await pause(IDLE_MS);
    const stays = (await born()) === first;
    row(name, [at(times, 0.5).toFixed(1), at(times, 0.95).toFixed(1), bytes.toFixed(0), opened, stays ? "yes" : "no"]);
    socket.destroy();
  }
}

/** A request over a socket of its own, whose answer does not end. @param {URL} url @param {Record<string, string>} headers */
async function open(url, headers) {
  const request = http.get(url, { headers, agent: false });
  const socket = await new Promise((resolve, reject) => {
    request.once("error", reject).once("upgrade", (_, upgraded) => resolve(upgraded)).once("response", (reply) => resolve(reply.resume().socket));
  });
  return { socket: /** @type {import("node:net").Socket} */ (socket), heard: () => new Promise((resolve) => socket.once("data", resolve)) };
}
