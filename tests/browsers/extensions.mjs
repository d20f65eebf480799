// @ts-check
/**
 * Chromium with unpacked extensions, over the bare protocol of its developer tools: puppeteer and playwright attach to every service worker,
 * and Chromium never stops one that is attached to. It ends by itself when the pipe to it closes.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { ARGS, chromiumProgram } from "./chromium.mjs";
import { freshFolder } from "./kept.mjs";

const EXTENSIONS = ["--headless=new", "--remote-debugging-pipe", "--enable-unsafe-extension-debugging"];
const LOAD_MS = 10_000;
const STOP_MS = 5_000;

export async function startWithExtensions() {
  const profile = await freshFolder();
  /** @type {import("node:child_process").StdioOptions} */
  const stdio = ["ignore", "ignore", "pipe", "pipe", "pipe"];
  const child = spawn(chromiumProgram(), [...ARGS, ...EXTENSIONS, `--user-data-dir=${profile}`, "about:blank"], { stdio });
  const [, , errors, commands, replies] = child.stdio;
  let said = "";
  errors?.on("data", (/** @type {Buffer} */ part) => (said = (said + part).slice(-2_000)));

  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const open = new Map();
  const fail = (/** @type {string} */ why) => {
    for (const { reject } of open.values()) reject(new Error(`Chromium: ${why}\n${said}`));
    open.clear();
  };
  child.once("error", (error) => fail(error.message)).once("exit", () => fail("it has ended"));
  let part = "";
  const pipe = /** @type {import("node:stream").Readable} */ (replies);
  pipe.setEncoding("utf8").on("data", (text) => {
    const messages = (part + text).split("\0");
    part = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message);
      const waiting = open.get(id);
      open.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    }
  });

  let last = 0;
  /** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      open.set(id, { resolve, reject });
      const message = JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) });
      /** @type {import("node:stream").Writable} */ (commands).write(`${message}\0`);
    });

  /** @param {string} url @param {(send: (method: string, params?: object) => Promise<any>) => Promise<void>} use */
  const inPage = async (url, use) => {
    const { targetId } = await send("Target.createTarget", { url });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    const loaded = `location.href === ${JSON.stringify(url)} && document.readyState === "complete"`;
    for (const late = Date.now() + LOAD_MS; ; await pause(20)) {
      const { result } = await send("Runtime.evaluate", { expression: loaded, returnByValue: true }, sessionId);
      if (result.value) break;
      if (Date.now() > late) throw new Error(`${url} does not load`);
    }
    await use((method, params) => send(method, params, sessionId));
    await send("Target.closeTarget", { targetId });
  };

  return {
    /** The id of the extension in a folder. @param {string} path @returns {Promise<string>} */
    load: async (path) => (await send("Extensions.loadUnpacked", { path })).id,
    /** The one instance of its service worker that runs now, if any. @param {string} id @returns {Promise<string | undefined>} */
    async worker(id) {
      /** @type {{ targetId: string, type: string, url: string }[]} */
      const targets = (await send("Target.getTargets")).targetInfos;
      return targets.find(({ type, url }) => type === "service_worker" && url.startsWith(`chrome-extension://${id}/`))?.targetId;
    },
    /** Ends every service worker, as Chromium does when it needs the memory. */
    async stopWorkers() {
      await inPage("about:blank", async (send) => {
        await send("ServiceWorker.enable");
        await send("ServiceWorker.stopAllWorkers");
      });
    },
    /** What an expression comes to in a page of an extension, which is open for that long. @param {string} url @param {string} expression */
    async evaluate(url, expression) {
      /** @type {unknown} */
      let value;
      await inPage(url, async (send) => {
        const answer = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
        if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
        value = answer.result.value;
      });
      return value;
    },
    async stop() {
      if (child.exitCode === null) {
        const ended = once(child, "exit");
        await send("Browser.close").catch(() => {});
        const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
        await ended;
        clearTimeout(patience);
      }
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
