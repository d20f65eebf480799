// @ts-check
/** The API as a client sees it: tasks that run, and what record-info replies on them. */

import { now, sleep } from "./clock.mjs";
import { LATENCY, SEEN_AFTER } from "./optimum.mjs";

/** @typedef {import("./mixes.mjs").Task} Task */
/** @typedef {{ doneAt: number, requests: number, running: string, done: string }} Running when it is done on the clock, looks at it, what they find */

/** @type {Map<string, Running>} */
const tasks = new Map();

/** A task created now, or so many ms ago: its id. @param {Task} task @param {number} [ago] */
export function begin({ durationMs, paramJson }, ago = 0) {
  const taskId = (tasks.size + 1).toString(16).padStart(32, "0");
  const createdAt = Date.now() - ago;
  const data = {
    taskId,
    paramJson,
    completeTime: "",
    response: null,
    successFlag: 0,
    errorCode: null,
    errorMessage: null,
    operationType: "nanobanana_TEXTTOIAMGE",
    createTime: written(createdAt),
  };
  const response = { originImageUrl: null, resultImageUrl: `https://tempfile.aiquickdraw.com/workers/nano/image_${taskId}.png` };
  tasks.set(taskId, {
    doneAt: now() - ago + durationMs,
    requests: 0,
    running: envelope(data),
    done: envelope({ ...data, successFlag: 1, completeTime: written(createdAt + durationMs), response }),
  });
  return taskId;
}

/** @param {string} taskId */
export function known(taskId) {
  const task = tasks.get(taskId);
  if (!task) throw new Error(`there is no task ${taskId}`);
  return task;
}

/** As a fetch. @param {Request} request */
export function answered({ url }) {
  return reply(new URL(url).searchParams.get("taskId") ?? "");
}

/** What a look brings. @param {string} taskId */
export async function reply(taskId) {
  const task = known(taskId);
  task.requests += 1;
  const done = now() + SEEN_AFTER * 1_000 >= task.doneAt;
  await sleep(LATENCY * 1_000);
  return new Response(done ? task.done : task.running, { headers: { "content-type": "application/json" } });
}

/** @param {object} data */
function envelope(data) {
  return JSON.stringify({ code: 200, msg: "success", data });
}

/** As the API writes an instant: in UTC+8, to the second. @param {number} instant */
function written(instant) {
  return new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}
