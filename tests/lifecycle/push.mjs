// @ts-check
/** The server of a page that is its gateway as well, over HTTP/1.1: it pushes to the polls that offer it. */

import { startSite } from "../engines/site.mjs";
import { record, sendJson } from "../page/upstream.mjs";

const DONE = { successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } };
const HEARTBEAT_MS = 1_000;

/** @typedef {{ taskId: string, stream: boolean, closed: boolean }} Request */

export async function startPushingSite() {
  /** @type {Request[]} */
  const requests = [];
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {Set<() => void>} */
  const streams = new Set();
  /** How long an answer that is no stream takes. */
  let slowMs = 0;

  /** @param {string} taskId */
  const isDone = (taskId) => done.has(taskId) || taskId.startsWith("done-");
  /** @param {string} taskId */
  const state = (taskId) => record({ taskId, ...(isDone(taskId) ? DONE : {}) });
  const site = await startSite("lifecycle/page.mjs", (request, response) => {
    const url = new URL(request.url ?? "", "http://site");
    if (url.pathname === "/file") response.end("a file");
    if (url.pathname === "/slow") setTimeout(() => response.end("slow"), Number(url.searchParams.get("ms")));
    if (["/file", "/slow", "/never"].includes(url.pathname)) return true;
    const taskId = url.searchParams.get("taskId");
    if (taskId === null) return false;

    const stream = request.headers.accept?.includes("text/event-stream") === true;
    const noted = { taskId, stream, closed: false };
    requests.push(noted);
    if (!stream) {
      setTimeout(() => sendJson(response, state(taskId)), slowMs);
      return true;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const tell = () => {
      response.write(`data: ${JSON.stringify(state(taskId))}\n\n`);
      if (isDone(taskId)) response.end();
    };
    const heart = setInterval(() => response.write(": \n\n"), HEARTBEAT_MS);
    streams.add(tell);
    response.on("close", () => {
      clearInterval(heart);
      streams.delete(tell);
      noted.closed = true;
    });
    tell();
    return true;
  });
  return {
    ...site,
    requests,
    /** How long each answer takes from now on. @param {number} ms */
    answerAfter: (ms) => void (slowMs = ms),
    /** Of a task. @param {string} taskId */
    of: (taskId) => requests.filter((request) => request.taskId === taskId),
    open: () => requests.filter(({ stream, closed }) => stream && !closed),
    /** Ends a task. @param {string[]} taskIds */
    finish(...taskIds) {
      for (const taskId of taskIds) done.add(taskId);
      for (const tell of streams) tell();
    },
  };
}
