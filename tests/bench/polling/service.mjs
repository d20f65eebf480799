// @ts-check
/** The API as a client sees it: tasks that run, and what record-info replies on them. */

import { now, sleep } from "./clock.mjs";
import { LATENCY, SEEN_AFTER } from "./optimum.mjs";

/** @typedef {import("./mixes.mjs").Task} Task */
/**
 * @typedef {object} Running
 * @property {number} doneAt on the clock
 * @property {number} requests looks at it so far
 * @property {number[]} ages at which these were sent, in seconds
 * @property {number} createdAt on the clock
 * @property {string} running what they find before it is done
 * @property {string} done and from then on
 */

/** @type {Map<string, Running>} */
const tasks = new Map();

/** A task created now, or so many ms ago: its id. @param {Task} task @param {number} [ago] */
export function begin({ durationMs, paramJson, operationType }, ago = 0) {
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
    operationType,
    createTime: written(createdAt),
  };
  const response = { originImageUrl: null, resultImageUrl: `https://tempfile.aiquickdraw.com/workers/nano/image_${taskId}.png` };
  tasks.set(taskId, {
    doneAt: now() - ago + durationMs,
    requests: 0,
    ages: [],
    createdAt: now() - ago,
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

/** A look by fetch. @param {string} taskId */
export async function reply(taskId) {
  return new Response(await looked(taskId), { headers: { "content-type": "application/json" } });
}

/**
 * As a fetch for this package: a reply with no more to it than it reads of one. Whole ones took a third of the bench's time.
 *
 * @param {string} url
 */
export async function answered(url) {
  const body = await looked(url.slice(url.indexOf("=") + 1));
  return /** @type {any} */ ({ status: 200, headers: { get: () => null }, text: async () => body });
}

/** @param {string} taskId */
async function looked(taskId) {
  const task = known(taskId);
  task.requests += 1;
  task.ages.push((now() - task.createdAt) / 1_000);
  const done = now() + SEEN_AFTER * 1_000 >= task.doneAt;
  await sleep(LATENCY * 1_000);
  return done ? task.done : task.running;
}

/** @param {object} data */
function envelope(data) {
  return JSON.stringify({ code: 200, msg: "success", data });
}

/** As the API writes an instant: in UTC+8, to the second. @param {number} instant */
function written(instant) {
  return new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}
