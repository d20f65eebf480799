// @ts-check
/** Many waits in one instance, as Node.js and a page run them, over the caller's own fetch. */

import { figures, later, most, watched } from "./watched.mjs";
import { waitForTask } from "../../pkg/index.js";
import { is, rejection } from "../behaviour/check.mjs";

const AT_ONCE = 1_000;

/** @param {object} data */
const answer = (data) => /** @type {any} */ ({ status: 200, headers: new Map(), text: async () => JSON.stringify({ code: 200, msg: "success", data }) });
const done = answer({ taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } });
export const running = answer({ taskId: "t", successFlag: 0 });

const page = typeof document === "undefined" ? [] : [globalThis, document];
for (const target of page) watched(/** @type {EventTarget} */ (target));

/** @type {Record<import("./rounds.mjs").End, (controller: AbortController) => Promise<unknown>>} */
const ENDS = {
  succeed: ({ signal }) => waitForTask("t", { fetch: async () => done, signal }),
  "are aborted in their request": async (controller) => {
    let aborted = 0;
    // As every fetch does, it rejects when its request is aborted.
    const fetch = (/** @type {string} */ _input, /** @type {{ signal: AbortSignal }} */ { signal }) => {
      later(() => controller.abort("enough"));
      return new Promise((_, reject) => {
        signal.onabort = () => {
          aborted += 1;
          reject(signal.reason);
        };
      });
    };
    is(await rejection(waitForTask("t", { fetch: /** @type {any} */ (fetch), signal: controller.signal })), "enough", "the reason");
    is(aborted, 1, "aborted requests");
  },
  "are aborted in their pause": async (controller) => {
    let looks = 0;
    const fetch = async () => ((looks += 1), running);
    const onProgress = () => later(() => controller.abort("enough"));
    is(await rejection(waitForTask("t", { fetch, signal: controller.signal, onProgress })), "enough", "the reason");
    is(looks, 1, "looks before the pause");
  },
};

/**
 * So many waits that end in this way, many at a time: what is there afterwards, and the most that there has been.
 * @param {import("./rounds.mjs").End} end
 * @param {number} count
 */
export async function run(end, count) {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const waits = Array.from({ length: Math.min(left, AT_ONCE) }, () => {
      const controller = new AbortController();
      watched(controller.signal);
      return ENDS[end](controller);
    });
    await Promise.all(waits);
  }
  return { figures: figures(), most: most() };
}
