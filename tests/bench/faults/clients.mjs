// @ts-check
/** This package and the others, run in one way. */

import { readFileSync } from "node:fs";
import { peers } from "../peers.mjs";

/**
 * @typedef {object} Waiting
 * @property {string} baseUrl
 * @property {string} key
 * @property {string} taskId
 * @property {(request: Request) => Promise<Response>} transport In place of fetch: every request of the client goes through it.
 * @property {AbortSignal} signal
 * @property {number} limitMs Of the whole wait, for clients that know such a limit.
 * @property {(() => Promise<string>) | undefined} keyed The key from a function, for a client that takes one.
 *
 * @typedef {object} Client
 * @property {string} name
 * @property {string} version
 * @property {boolean} ownReason Whether an abort is to come out as the signal's own reason, and not as any error that tells of an abort.
 * @property {(waiting: Waiting) => Promise<any>} wait Resolves with the task as the API tells of it.
 */

const { name: OWN, version } = JSON.parse(readFileSync(new URL("../../../pkg/package.json", import.meta.url), "utf8"));
export { OWN };

/** @type {Client} */
const own = {
  name: OWN,
  version,
  ownReason: true,
  async wait({ baseUrl, key, taskId, transport, signal, limitMs, keyed }) {
    // Not before, so that a clock put in its place by then is the one that it meets.
    const { waitForTask } = await import("../../../pkg/index.js");
    return waitForTask(taskId, { baseUrl, apiKey: keyed ?? key, fetch: (input, init) => transport(new Request(input, init)), signal, timeoutMs: limitMs });
  },
};

/** @type {Client[]} */
export const clients = [
  own,
  ...peers.map(({ name, version, wait }) => ({
    name,
    version,
    ownReason: false,
      /** @param {Waiting} waiting */
    wait({ baseUrl, key, taskId, transport, signal, limitMs }) {
      const url = `${baseUrl}/api/v1/nanobanana/record-info?taskId=${encodeURIComponent(taskId)}`;
      /** @param {AbortSignal} [signal] */
      const send = (signal) => transport(new Request(url, { headers: { authorization: `Bearer ${key}` }, ...(signal && { signal }) }));
      return wait({ taskId, send, signal, timeoutMs: limitMs });
    },
  })),
];

/**
 * Waits for a task that is done: what the first use of a client costs is not part of what becomes of a fault.
 * @param {Client} client
 * @param {{ baseUrl: string, key: string }} to
 */
export async function warmUp(client, to) {
  const taskId = `success--first-${crypto.randomUUID().slice(0, 18)}`;
  await client.wait({ ...to, taskId, transport: fetch, signal: new AbortController().signal, limitMs: 10_000, keyed: undefined });
}
