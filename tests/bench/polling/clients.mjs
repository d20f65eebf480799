// @ts-check
/** Those that wait: this package, other packages, and the vendor's advice. */

import { createClient } from "../../../pkg/index.js";
import { peers } from "../peers.mjs";
import { now, sleep } from "./clock.mjs";
import { answered, begin, reply } from "./service.mjs";

/** @typedef {import("./measure.mjs").Wait} Wait */
/** @typedef {import("./mixes.mjs").Task} Task */

/** Beyond every task. */
const timeoutMs = 45 * 60_000;
/** Over how long the tasks that a client is taught by were created. */
const TAUGHT_MS = 3_600_000;

/**
 * A client of this package, once it has looked at these tasks, which are done.
 *
 * @param {"gentle" | "normal" | "eager"} pace
 * @param {Task[]} seen
 * @returns {Promise<Wait>}
 */
export async function ours(pace, seen) {
  // Not written in the call: a version that knows one option less can be measured too.
  const options = { baseUrl: "https://api.invalid", apiKey: "unused", fetch: answered, maxRequestsPerSecond: Infinity };
  const client = createClient(options);
  await Promise.all(seen.map((task, index) => client.getTaskDetails(begin(task, task.durationMs + (TAUGHT_MS * index) / seen.length))));
  return (taskId) => client.waitForTask(taskId, { pace, timeoutMs });
}

/** Other packages as they are by default, and a loop as it stands in many a project. @type {{ name: string, wait: Wait }[]} */
export const others = peers.map(({ name, version, wait }) => ({
  name: `${name} ${version}`.trim(),
  wait: (taskId) => wait({ taskId, send: () => reply(taskId), timeoutMs }),
}));

/** What the API's vendor advises: looks 2–3 s apart in a task's first 30 s, 5–10 s up to 2 minutes, 15 s or more after. @type {Wait} */
export async function vendor(taskId) {
  const began = now();
  for (;;) {
    const sent = now();
    const { data } = await (await reply(taskId)).json();
    if (data.successFlag === 1) return;
    const age = sent - began;
    await sleep(sent + (age < 30_000 ? 2_500 : age < 120_000 ? 7_000 : 15_000) - now());
  }
}
