// @ts-check
/** Two Workers with a gateway each, and the one that has the tasks' objects among them; in workerd, behind real sockets. */

import { posix } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startModules } from "../workerd/workerd.mjs";

const HOME = "home";
export const PATH = "/api/v1/nanobanana/record-info";

/**
 * @param {object} options
 * @param {{ url: string, key: string }} options.simulator
 * @param {Record<string, unknown>} [options.told] The gateway's options besides, and as `task` what the object is to have otherwise.
 * @param {string} [options.persist] Where the objects' storage is.
 * @param {string} [options.key]
 * @param {string} [options.worker] The Worker's path from tests/.
 * @param {string[]} [options.flags] Of compatibility.
 */
export async function startPush({ simulator, told = {}, persist, key = simulator.key, worker = "gateway/push-worker.mjs", flags = [] }) {
  const folder = posix.dirname(`tests/${worker}`);
  const up = "../".repeat(folder.split("/").length + 1);
  const { miniflare } = await startModules({
    sources: [`tests/${worker}`, "tests/gateway/hooks.mjs"],
    named: {
      [`${folder}/nanobanana-task/gateway`]: `export * from "${up}pkg/gateway.workerd.js";`,
      [`${folder}/nanobanana-task/durable-object`]: `export * from "${up}pkg/durable-object.js";`,
    },
    bindings: {
      TOLD: JSON.stringify({ apiKey: key, maxRequestsPerMinute: 100_000, ...told }),
      NANOBANANA_API_KEY: key,
      NANOBANANA_BASE_URL: simulator.url,
    },
    flags,
    objects: { binding: "NANOBANANA_TASKS", className: "Task", persist, workers: [HOME, "away"] },
  });
  const urls = await Promise.all([HOME, "away"].map(async (name) => (await miniflare.unsafeGetDirectURL(name)).origin));
  return {
    urls: /** @type {[string, string]} */ (urls),
    /** Takes a task's object out of memory, as Cloudflare does with one that has nothing to do. @param {string} name */
    evict: (name) => miniflare.unsafeEvictDurableObject(HOME, "Task", { name, webSockets: "hibernate" }),
    stop: () => miniflare.dispose(),
  };
}

/** @typedef {{ atMs: number, code: unknown, flag: number | undefined, data: any }} Event */

/**
 * A watcher of a task, as any client of server-sent events.
 * @param {string} url
 * @param {string} taskId
 * @param {Record<string, string>} [headers]
 */
export async function watch(url, taskId, headers = {}) {
  const leaving = new AbortController();
  const reply = await fetch(`${url}${PATH}?taskId=${encodeURIComponent(taskId)}`, { headers: { Accept: "text/event-stream", ...headers }, signal: leaving.signal });
  /** @type {{ comments: number, ids: string[] }} */
  const heard = { comments: 0, ids: [] };
  return { reply, heard, events: eventsOf(reply, heard), leave: () => leaving.abort() };
}

/** @param {Response} reply @param {{ comments: number, ids: string[] }} heard @returns {AsyncGenerator<Event>} */
async function* eventsOf(reply, heard) {
  let text = "";
  for await (const chunk of /** @type {any} */ (reply.body?.pipeThrough(new TextDecoderStream()) ?? [])) {
    text += chunk;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split("\n");
      if (lines[0]?.startsWith(":")) {
        heard.comments += 1;
        continue;
      }
      heard.ids.push(...lines.flatMap((line) => (line.startsWith("id: ") ? line.slice(4) : [])));
      const told = lines.find((line) => line.startsWith("data: "));
      if (told === undefined) continue;
      const data = JSON.parse(told.slice(6));
      yield { atMs: Date.now(), code: data.code, flag: data.data?.successFlag, data };
    }
  }
}

/** The state as it is, without a stream. @param {string} url @param {string} taskId @param {RequestInit} [init] */
export async function ask(url, taskId, init) {
  const reply = await fetch(`${url}${PATH}?taskId=${encodeURIComponent(taskId)}`, init);
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

/** Waits until something is so. @param {() => boolean | Promise<boolean>} holds @param {number} withinMs */
export async function until(holds, withinMs) {
  const last = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > last) throw new Error(`not so within ${withinMs} ms`);
    await pause(25);
  }
}

/** All that is still to come. @param {AsyncGenerator<Event>} events */
export async function all(events) {
  const found = [];
  for await (const event of events) found.push(event);
  return found;
}
