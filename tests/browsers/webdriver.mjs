// @ts-check
/** As much of the W3C's WebDriver as the tests need. */

import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const START_MS = 30_000;

/**
 * A session of the driver at this address, as soon as it listens.
 * @param {string} address
 * @param {Record<string, unknown>} wanted
 */
export async function newSession(address, wanted) {
  for (const late = Date.now() + START_MS; ; await pause(50)) {
    const status = await ask("GET", `${address}/status`).catch((error) => error);
    if (!(status instanceof Error)) break;
    if (Date.now() > late) throw status;
  }
  const alwaysMatch = { ...wanted, timeouts: { script: null } };
  const { sessionId, capabilities } = await ask("POST", `${address}/session`, { capabilities: { alwaysMatch } });
  const session = `${address}/session/${sessionId}`;
  /** The first window is there from the start, and stays: closing the last one ends the session. @type {string} */
  const first = await ask("GET", `${session}/window`);

  /** @param {string} expression @returns {Promise<any>} */
  const evaluate = async (expression) => {
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${expression}
      ))().then((value) => done({ value }), (error) => done({ failed: [error, error?.stack].join("\\n") }));`;
    const { value = undefined, failed } = await ask("POST", `${session}/execute/async`, { script, args: [] });
    if (failed !== undefined) throw new Error(failed);
    return value;
  };

  return {
    capabilities: /** @type {Record<string, unknown>} */ (capabilities),
    end: () => ask("DELETE", session).catch(() => {}),
    /** A window, because a tab would be one in the background, where timers are slow. @param {string} url */
    async open(url) {
      const { handle } = await ask("POST", `${session}/window/new`, { type: "window" });
      await ask("POST", `${session}/window`, { handle });
      await ask("POST", `${session}/url`, { url });
      // WebKitGTK's driver says now and then that a page has loaded when it has only been reached.
      const loaded = "document.readyState === 'complete' && location.href !== 'about:blank'";
      for (const late = Date.now() + START_MS; !(await evaluate(loaded).catch(() => false)); ) {
        if (Date.now() > late) throw new Error(`${url} does not load`);
        await pause(25);
      }
      return {
        evaluate,
        async close() {
          await ask("DELETE", `${session}/window`);
          await ask("POST", `${session}/window`, { handle: first });
        },
      };
    },
  };
}

/**
 * Not by fetch, which gives up on a reply that takes five minutes.
 * @param {string} method
 * @param {string} url
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
function ask(method, url, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part)).on("error", reject);
      response.on("end", () => {
        try {
          const { value } = JSON.parse(text);
          if (response.statusCode === 200) resolve(value);
          else reject(new Error(`${value.error}: ${value.message}`));
        } catch {
          reject(new Error(`the driver answered ${response.statusCode} ${text.slice(0, 200)}`));
        }
      });
    });
    request.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
