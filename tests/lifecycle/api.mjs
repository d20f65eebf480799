// @ts-check
/** An API on another origin that writes down when each task is looked at. */

import { record, sendJson, startUpstream } from "../page/upstream.mjs";

/** @typedef {"running" | "done" | "trouble" | "nothing"} Answer */

const OTHER_ORIGIN = { "Access-Control-Allow-Origin": "*" };
const DONE = { successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png", originImageUrl: null } };

export async function startApi() {
  /** @type {Map<string, number[]>} */
  const looks = new Map();
  /** @type {Map<string, Answer[]>} */
  const answers = new Map();
  const upstream = await startUpstream((request, response) => {
    const taskId = new URL(request.url ?? "", "http://api").searchParams.get("taskId") ?? "";
    const times = [...(looks.get(taskId) ?? []), performance.now()];
    looks.set(taskId, times);
    const given = answers.get(taskId) ?? [];
    const answer = given[Math.min(times.length, given.length) - 1];
    if (answer === "nothing") return;
    if (answer === "trouble") response.writeHead(503, OTHER_ORIGIN).end();
    else sendJson(response, record({ taskId, ...(answer === "done" ? DONE : {}) }), 200, OTHER_ORIGIN);
  });
  return {
    url: upstream.url,
    stop: upstream.stop,
    /** What this task's looks bring one after the other, the last again and again. @param {string} taskId @param {Answer[]} all */
    answers: (taskId, ...all) => void answers.set(taskId, all),
    /** When it was looked at, by this process's clock. @param {string} taskId */
    looks: (taskId) => looks.get(taskId) ?? [],
  };
}
