// The way to a task's Durable Object, which looks for all who ask it on any isolate.
import { streamOf } from "./stream.js";

/** @typedef {import("./answer.js").Answer} Answer */

/** What the runtime adds to a response. @typedef {Response & { webSocket?: import("./stream.js").Socket | null }} Reply */

/** @param {import("../gateway.d.ts").TaskNamespace} namespace */
export function createTasks(namespace) {
  /** @param {string} taskId @param {RequestInit} [init] @returns {Promise<Reply>} */
  const ask = (taskId, init) => {
    // The host is nobody's: the request leaves for the object and no network.
    const url = `https://task.invalid/?taskId=${encodeURIComponent(taskId)}`;
    return namespace.get(namespace.idFromName(taskId)).fetch(new Request(url, init));
  };
  return {
    /** @param {string} taskId @returns {Promise<Answer>} */
    look: async (taskId) => (await ask(taskId)).json(),
    /** @param {string} taskId @returns {Promise<Answer | Response>} */
    async watch(taskId) {
      const reply = await ask(taskId, { headers: { Upgrade: "websocket" } });
      return reply.webSocket ? streamOf(reply.webSocket) : reply.json();
    },
    /** @param {string} taskId */
    hint: async (taskId) => void (await ask(taskId, { method: "POST" })),
  };
}
