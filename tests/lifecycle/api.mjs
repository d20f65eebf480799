// @ts-check
/** An API on another origin that writes down when each task is looked at. */

import { record, sendJson, startUpstream } from "../page/upstream.mjs";

/**
 * `reset` closes the connection. `login` redirects to a login page of another origin, which pages may not read, and `moved`
 * to this origin, which answers that the task is done.
 *
 * @typedef {"running" | "done" | "trouble" | "nothing" | "reset" | "login" | "moved" | "moved-running" | "moved-reset"} Answer
 */

const OTHER_ORIGIN = { "Access-Control-Allow-Origin": "*" };
const DONE = { successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png", originImageUrl: null } };

export async function startApi() {
  /** @type {Map<string, number[]>} */
  const looks = new Map();
  /** @type {Map<string, Answer[]>} */
  const answers = new Map();
  const login = await startUpstream((_, response) => void response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Sign in</h1>"));
  const upstream = await startUpstream((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://api");
    const taskId = searchParams.get("taskId") ?? "";
    const moved = searchParams.get("moved");
    if (moved === "moved-reset") return void request.socket.destroy();
    if (moved) return void sendJson(response, record({ taskId, ...(moved === "moved" ? DONE : {}) }), 200, OTHER_ORIGIN);
    const times = [...(looks.get(taskId) ?? []), performance.now()];
    looks.set(taskId, times);
    const given = answers.get(taskId) ?? [];
    const answer = given[Math.min(times.length, given.length) - 1];
    if (answer === "nothing") return;
    if (answer === "reset") return void request.socket.destroy();
    const location = answer === "login" ? `${login.url}/login` : answer?.startsWith("moved") && `${request.url}&moved=${answer}`;
    if (location) response.writeHead(302, { Location: location, ...OTHER_ORIGIN }).end();
    else if (answer === "trouble") response.writeHead(503, OTHER_ORIGIN).end();
    else sendJson(response, record({ taskId, ...(answer === "done" ? DONE : {}) }), 200, OTHER_ORIGIN);
  });
  return {
    url: upstream.url,
    stop: () => Promise.all([upstream.stop(), login.stop()]),
    /** What this task's looks bring one after the other, the last again and again. @param {string} taskId @param {Answer[]} all */
    answers: (taskId, ...all) => void answers.set(taskId, all),
    /** When it was looked at, by this process's clock. @param {string} taskId */
    looks: (taskId) => looks.get(taskId) ?? [],
  };
}
