// @ts-check
/** Has clients wait for tasks on the virtual clock, all at once, and sums up what that took. */

import { now, sleep, until } from "./clock.mjs";
import { begin, known } from "./service.mjs";

/**
 * @typedef {import("./mixes.mjs").Task} Task
 * @typedef {(taskId: string) => Promise<unknown>} Wait
 * @typedef {{ task: Task, client: number, requests: number, lateness: number }} Waited which client it was, and lateness in seconds
 * @typedef {{ requests: number, lateness: number, late: number }} Figures per task, in seconds; `late` is the lateness that 95 % stay below
 */

/** Over this many ms the tasks are begun, so that they do so at every part of a second. */
const SPREAD_MS = 30_000;

/**
 * One wait for each task. `client` makes who waits, and is asked anew after every `each` tasks.
 *
 * @param {Task[]} tasks
 * @param {number} each
 * @param {() => Promise<Wait>} client
 * @returns {Promise<Waited[]>} in the tasks' order
 */
export function waitForAll(tasks, each, client) {
  /** @param {number} index */
  const oneClient = async (index) => {
    const wait = await client();
    const its = tasks.slice(index * each, (index + 1) * each);
    return Promise.all(its.map((task, place) => waitFor(task, index, pauseBefore(index * each + place), wait)));
  };
  const clients = Array.from({ length: Math.ceil(tasks.length / each) }, (_, index) => oneClient(index));
  return until(Promise.all(clients).then((waited) => waited.flat()));
}

/** @param {Task} task @param {number} client @param {number} pause @param {Wait} wait @returns {Promise<Waited>} */
async function waitFor(task, client, pause, wait) {
  await sleep(pause);
  const taskId = begin(task);
  await wait(taskId);
  const { requests, doneAt } = known(taskId);
  return { task, client, requests, lateness: (now() - doneAt) / 1_000 };
}

/** The golden section spreads any number of them evenly. @param {number} index */
function pauseBefore(index) {
  return ((index * 0.6180339887) % 1) * SPREAD_MS;
}

/** @param {{ requests: number, lateness: number }[]} waited @returns {Figures} */
export function figures(waited) {
  const sorted = waited.map(({ lateness }) => lateness).sort((a, b) => a - b);
  return {
    requests: mean(waited.map(({ requests }) => requests)),
    lateness: mean(sorted),
    late: /** @type {number} */ (sorted[Math.floor(0.95 * sorted.length)]),
  };
}

/**
 * The standard error of the mean cost. There is one task for each slice of a distribution, so how long tasks take is no part of it: chance is what
 * a cost differs by from the mean of the two like it that are next in length, and one client's may all do so alike.
 *
 * @param {Waited[]} waited
 * @param {number} weight
 */
export function standardError(waited, weight) {
  const costs = [...waited]
    .sort(({ task: one }, { task: other }) => one.look.localeCompare(other.look) || one.durationMs - other.durationMs)
    .map(({ client, requests, lateness }) => ({ client, cost: weight * requests + lateness }));
  /** @type {number[]} */
  const byClient = [];
  let neighbours = 0;
  for (const [index, { client, cost }] of costs.entries()) {
    const beside = [costs[index - 1], costs[index + 1]].flatMap((other) => (other ? [other.cost] : []));
    const difference = cost - mean(beside);
    byClient[client] = (byClient[client] ?? 0) + difference;
    // The mean of two varies half as much as the one: a third of the difference's variance is theirs.
    neighbours += difference ** 2 / 3;
  }
  const variance = byClient.reduce((sum, difference) => sum + difference ** 2, 0) - neighbours;
  return Math.sqrt(Math.max(0, variance)) / costs.length;
}

/** @param {number[]} numbers */
function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
