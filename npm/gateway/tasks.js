// The way to a task's Durable Object, which looks for all who ask it on any isolate.
import { refusal } from "./answer.js";
import { streamOf } from "./stream.js";

/** @typedef {import("./answer.js").Answer} Answer */

/** @param {import("../gateway.d.ts").TaskNamespace} namespace */
export function createTasks(namespace) {
  /** @param {string} taskId @param {RequestInit} [init] @returns {Promise<Response>} */
  const ask = (taskId, init) => {
    // The host is nobody's: the request leaves for the object and no network.
    const url = `https://task.invalid/?taskId=${encodeURIComponent(taskId)}`;
    return namespace.get(namespace.idFromName(taskId)).fetch(new Request(url, init));
  };
  /**
   * An object is moved, restarted, or has too much to do: whoever asked comes again.
   *
   * @template T
   * @param {() => Promise<T>} asked
   * @returns {Promise<T | Answer>}
   */
  const orRefusal = async (asked) => {
    try {
      return await asked();
    } catch {
      return refusal(503, "The task's object could not be asked: ask again");
    }
  };
  return {
    /** @param {string} taskId @returns {Promise<Answer>} */
    look: (taskId) => orRefusal(async () => (await ask(taskId)).json()),
    /** @param {string} taskId @param {AbortSignal} signal @param {() => boolean} mayGoOn @returns {Promise<Answer | Response>} */
    watch: (taskId, signal, mayGoOn) =>
      orRefusal(async () => {
        const reply = await ask(taskId, { headers: { Upgrade: "websocket" } });
        return reply.webSocket ? streamOf(reply.webSocket, signal, mayGoOn) : reply.json();
      }),
    /** @param {string} taskId @returns {Promise<Answer>} */
    hint: (taskId) => orRefusal(async () => (await ask(taskId, { method: "POST" })).json()),
  };
}
