// @ts-check
/**
 * What becomes of a wait when something goes wrong, in this package and in other clients: `node faults.mjs [PART OF A NAME]`. Real sockets
 * and real time, all side by side: about four minutes. Ends with 1 where this package does not do what it should.
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../processes.mjs";
import { OWN, clients, warmUp } from "./faults/clients.mjs";
import { faults } from "./faults/list.mjs";
import { run } from "./faults/run.mjs";
import { table } from "./faults/table.mjs";

/**
 * @typedef {import("./faults/list.mjs").Fault} Fault
 * @typedef {import("./faults/list.mjs").Seen} Seen
 * @typedef {import("./faults/clients.mjs").Client} Client
 * @typedef {import("./faults/run.mjs").Run} Run
 * @typedef {{ baseUrl: string, key: string, taskId: string }} To
 */

/** How long a client is watched that has ended. */
const WATCHED_MS = 5_000;
/** And how long a process that would end by itself; the slowest pause of all that are here is shorter. */
const LIVES_ON_MS = 12_000;
/** Processes at a time: each start takes its part of a second from what the others measure. */
const PROCESSES = 6;
/** Not all at the same moment, for the same reason. */
const APART_MS = 30;

const wanted = faults.filter(({ name }) => name.includes(process.argv[2] ?? ""));
const simulator = await startSimulator();
/** @type {Map<Fault, Map<Client, Seen>>} */
const seen = new Map(wanted.map((fault) => [fault, new Map()]));

// A client may leave a rejection to nobody; that is no reason for this program to end.
const unhandled = new Set();
process.on("unhandledRejection", (reason) => unhandled.add(String(reason)));

const pairs = wanted.flatMap((fault) => clients.filter(({ name }) => !fault.ownOnly || name === OWN).map((client) => ({ fault, client })));
const together = pairs.filter(({ fault }) => !fault.apart);
const apart = pairs.filter(({ fault }) => fault.apart);
for (const client of clients) await warmUp(client, { baseUrl: simulator.url, key: simulator.key });
console.error(`${wanted.length} faults, ${pairs.length} waits`);
await Promise.all([
  ...together.map(async ({ fault, client }, index) => {
    await pause(index * APART_MS);
    keep(fault, client, await beside(fault, client));
  }),
  ...Array.from({ length: PROCESSES }, async () => {
    for (let pair = apart.shift(); pair; pair = apart.shift()) keep(pair.fault, pair.client, await alone(pair.fault, pair.client));
  }),
]);
await simulator.stop();

const rows = wanted.map((fault) => ({ fault, seen: clients.map((client) => seen.get(fault)?.get(client) ?? null) }));
console.log(table(clients, rows));
console.log("\nyes: as it should be. Times are those after the fault's end, or from its beginning to where the client gave up.");
for (const reason of unhandled) console.log(`a rejection that nobody handled: ${reason}`);

console.log("\nas it should be, of the faults that mean something to it:");
for (const [index, { name }] of clients.entries()) {
  const own = rows.flatMap(({ fault, seen }) => (seen[index] ? [fault.wrong(seen[index])] : []));
  console.log(`  ${name.padEnd(22)}${own.filter((wrong) => wrong === null).length} of ${own.length}`);
}
console.log(`\n${OWN}:`);
let failed = 0;
for (const { fault, seen } of rows) {
  const wrong = seen[0] ? fault.wrong(seen[0]) : "not run";
  if (wrong !== null) failed += 1;
  console.log(`  ${wrong === null ? "holds" : "FAILS"}  ${fault.name}${wrong === null ? "" : `: ${wrong}`}`);
}
// Some clients would go on for ever.
process.exit(failed === 0 ? 0 : 1);

/** @param {Fault} fault @param {Client} client @param {Seen} what */
function keep(fault, client, what) {
  seen.get(fault)?.set(client, what);
}

/** @param {Fault} fault @param {Client} client @returns {To} */
function to({ plan }, { name }) {
  return { baseUrl: simulator.url, key: simulator.key, taskId: `${plan}--${name.replaceAll(/\W+/g, "")}-${crypto.randomUUID().slice(0, 8)}` };
}

/** In this process, beside all others. @param {Fault} fault @param {Client} client @returns {Promise<Seen>} */
async function beside(fault, client) {
  const where = to(fault, client);
  const ran = await run(fault, client, where);
  if (ran.end !== "still going") await pause(WATCHED_MS);
  return { ...ran, ...(await reached(where.taskId, ran)), timersMs: null };
}

/** In a process of its own. @param {Fault} fault @param {Client} client @returns {Promise<Seen>} */
async function alone(fault, client) {
  const where = to(fault, client);
  const program = fileURLToPath(new URL("faults/apart.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify({ fault: fault.name, client: client.name, ...where })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("close", resolve));
  let sentAfter = 0;
  let timersMs = 0;
  /** @type {Run} */
  const ran = await new Promise((resolve, reject) => {
    void exited.then(() => reject(new Error(`${client.name} ended without a word: ${fault.name}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      /** @type {import("./faults/apart.mjs").Told} */
      const told = JSON.parse(line);
      if (told === "sent") sentAfter += 1;
      else if ("timersMs" in told) timersMs = told.timersMs;
      else resolve(told);
    });
  });
  if (ran.end !== "still going") await Promise.race([exited, pause(LIVES_ON_MS)]);
  const log = await reached(where.taskId, ran);
  child.kill();
  await exited;
  return { ...ran, ...log, sentAfter, timersMs };
}

/** What the simulator knows of it. @param {string} taskId @param {Run} ran */
async function reached(taskId, { end }) {
  const reply = await fetch(`${simulator.url}/simulator/log?taskId=${encodeURIComponent(taskId)}`);
  /** @type {import("../behaviour/world.mjs").Log} */
  const { inFlight, otherOrigin } = await reply.json();
  return { open: end === "still going" ? 0 : inFlight, keyElsewhere: otherOrigin.looks.some(({ authorization }) => authorization) };
}
