// @ts-check
/** The caller's mistakes: told at once, as what they are, and nothing is sent. */

import { is, ok } from "./check.mjs";
import { UNSENT, answering, failure, inPage, reaching, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */

const ODD = [0, 1, true, 5n, "text", Symbol("odd"), [], {}, () => {}];
/** @param {(value: unknown) => boolean} fine */
const oddBut = (fine) => ODD.filter((value) => !fine(value));
const notFunctions = oddBut((value) => typeof value === "function");

/** What each option is not. Made when it is used: Workers make no AbortController outside of a request. @type {(page: boolean) => Record<string, unknown[]>} */
const looks = (page) => ({
  apiKey: [...oddBut((value) => typeof value === "string" || typeof value === "function"), "", " ", "two words", "line\nbreak", "nul\0", "clé", "🍌"],
  baseUrl: [
    // In a page these are addresses, beginning at its own.
    ...(page ? ODD.filter((value) => typeof value !== "string") : [...ODD, "", "nowhere", "/path", "//host"]),
    "ftp://host", "javascript:alert(1)", "data:,", "https://", "https://user:pass@host", "https://user@host", "https://host/?query",
    "https://host/#fragment", "http://host:99999", "http://[", new URL("https://user:pass@host"), new URL("https://host/?q=1"),
  ],
  fetch: notFunctions,
  requestTimeoutMs: [...oddBut((value) => value === 1), -1, NaN, -Infinity, "1000", new Date()],
  signal: [...ODD, {}, { aborted: false }, { aborted: "no", addEventListener() {}, removeEventListener() {} }, new AbortController(), new EventTarget()],
});

/** The same for what only waits take. @type {() => Record<string, unknown[]>} */
const waits = () => ({
  timeoutMs: [...oddBut((value) => value === 1), -1, NaN, -Infinity, "1000"],
  notFoundGraceMs: [...oddBut((value) => value === 0 || value === 1), -1, NaN, "0"],
  onProgress: notFunctions,
  pace: [...ODD, "", "fast", "Normal", "normal "],
});

const OF_LOOKS = ["apiKey", "baseUrl", "fetch", "requestTimeoutMs", "signal"];
const OF_WAITS = ["timeoutMs", "notFoundGraceMs", "onProgress", "pace"];

const IDS = [undefined, null, 0, 1, true, 5n, Symbol("id"), () => {}, "", " ", "\t\n", "x".repeat(257), new String("id")];

const HANDLE = { v: 1, taskId: "t", startedAt: 1_000, deadlineAt: 2_000 };

const HANDLES = [
  {}, [], [HANDLE], new Date(), new Map(Object.entries(HANDLE)),
  ...["v", "taskId", "startedAt"].map((name) => ({ ...HANDLE, [name]: undefined })),
  ...[0, 2, "1", null, true, NaN].map((v) => ({ ...HANDLE, v })),
  ...["", " ", 1, null, {}, "x".repeat(257)].map((taskId) => ({ ...HANDLE, taskId })),
  ...["1000", null, NaN, Infinity, -1, new Date()].map((startedAt) => ({ ...HANDLE, startedAt })),
  ...["2000", NaN, Infinity, -1, 999, true, {}, new Date()].map((deadlineAt) => ({ ...HANDLE, deadlineAt })),
];

/** @param {unknown} value */
const show = (value) => (typeof value === "bigint" || typeof value === "symbol" ? String(value) : JSON.stringify(value) ?? String(value));

/** @type {Behaviour[]} */
export const args = [
  ...OF_LOOKS.map((name) => /** @type {Behaviour} */ ({
    name: `arguments: what ${name} is not`,
    async run(world) {
      const fetch = answering(success());
      for (const call of /** @type {const} */ (["getTaskDetails", "waitForTask"])) {
        for (const value of looks(inPage(world))[name] ?? []) {
          const promise = world.api[call]("t", /** @type {any} */ ({ ...reaching(world), fetch, [name]: value }));
          const error = await failure(world, promise.then(() => ok(false, `${name}: ${show(value)} was taken`)), { ...UNSENT, taskId: "t" });
          ok(error.message.includes(name), `the message does not name ${name}: "${error.message}"`);
          is("cause" in error, false, "a cause");
        }
      }
      is(fetch.requests.length, 0, "requests");
    },
  })),
  ...OF_WAITS.map((name) => /** @type {Behaviour} */ ({
    name: `arguments: what ${name} is not`,
    async run(world) {
      const fetch = answering(success());
      for (const value of waits()[name] ?? []) {
        const promise = world.api.waitForTask("t", /** @type {any} */ ({ ...reaching(world), fetch, [name]: value }));
        const error = await failure(world, promise.then(() => ok(false, `${name}: ${show(value)} was taken`)), { ...UNSENT, taskId: "t" });
        ok(error.message.includes(name), `the message does not name ${name}: "${error.message}"`);
      }
      is(fetch.requests.length, 0, "requests");
    },
  })),
  {
    name: "arguments: null and undefined stand for an option that is not given",
    async run(world) {
      for (const nothing of [undefined, null]) {
        const options = Object.fromEntries([...OF_LOOKS, ...OF_WAITS].map((name) => [name, nothing]));
        const fetch = answering(success());
        is((await world.api.waitForTask("t", /** @type {any} */ ({ ...options, baseUrl: world.baseUrl, fetch }))).status, "SUCCESS", String(nothing));
      }
    },
  },
  {
    name: "arguments: what options are not",
    async run(world) {
      for (const options of [0, 1, true, "text", 5n, Symbol("o"), [], () => {}]) {
        for (const call of /** @type {const} */ (["getTaskDetails", "waitForTask"])) {
          await failure(world, world.api[call]("t", /** @type {any} */ (options)), { ...UNSENT, taskId: "t" });
        }
      }
    },
  },
  {
    name: "arguments: options whose getters throw, and proxies, do no harm",
    async run(world) {
      const hostile = new Proxy({}, { get() { throw new Error("hostile"); } });
      const fetch = answering(success());
      await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch, get apiKey() { return undefined; } });
      await failure(world, world.api.waitForTask(/** @type {any} */ (hostile), { baseUrl: world.baseUrl, fetch }), UNSENT);
    },
  },
  {
    name: "arguments: a revoked proxy is no harm anywhere",
    async run(world) {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const { proxy: called, revoke: revokeCalled } = Proxy.revocable(() => {}, {});
      revokeCalled();
      const odd = /** @type {any} */ (proxy);
      const { getTaskDetails, waitForTask, watchTask, createClient, TaskError } = world.api;
      for (const call of [getTaskDetails, waitForTask]) {
        await failure(world, call(odd, reaching(world)), { ...UNSENT, taskId: "" });
        await failure(world, call("t", odd), { ...UNSENT, taskId: "t" });
        for (const name of [...OF_LOOKS, ...(call === waitForTask ? OF_WAITS : [])]) {
          await failure(world, call("t", { ...reaching(world), [name]: odd }), { ...UNSENT, taskId: "t" });
        }
      }
      await failure(world, watchTask(odd).next(), UNSENT);
      await failure(world, watchTask("t", odd).next(), UNSENT);
      await failure(world, createClient(odd).getTaskDetails("t"), UNSENT);
      const like = { status: 200, text: async () => JSON.stringify(success()) };
      const unreached = [() => odd, async () => odd, called, () => ({ ...like, text: called })];
      for (const options of [...unreached.map((fetch) => ({ fetch })), { apiKey: called, fetch: answering(success()) }]) {
        const promise = getTaskDetails("t", { baseUrl: world.baseUrl, .../** @type {any} */ (options) });
        ok((await failure(world, promise, { kind: "network", retryable: true })).cause instanceof TypeError, "the cause");
      }
      const fetch = /** @type {any} */ (() => ({ ...like, headers: odd }));
      is((await getTaskDetails("t", { baseUrl: world.baseUrl, fetch })).status, "SUCCESS", "without headers");
      const text = /** @type {any} */ (() => ({ ...like, text: () => odd }));
      ok((await failure(world, getTaskDetails("t", { baseUrl: world.baseUrl, fetch: text }))) instanceof TaskError, "without a body");
    },
  },
  {
    name: "arguments: what a task id is not",
    async run(world) {
      const fetch = answering(success());
      for (const id of IDS) {
        for (const call of /** @type {const} */ (["getTaskDetails", "waitForTask"])) {
          const promise = world.api[call](/** @type {any} */ (id), reaching(world, { fetch }));
          await failure(world, promise.then(() => ok(false, `${show(id)} was taken`)), { ...UNSENT, taskId: "" });
        }
      }
      is(fetch.requests.length, 0, "requests");
    },
  },
  {
    name: "arguments: what a handle is not, in each of its members",
    async run(world) {
      const fetch = answering(success());
      for (const handle of HANDLES) {
        const promise = world.api.waitForTask(/** @type {any} */ (handle), reaching(world, { fetch }));
        await failure(world, promise.then(() => ok(false, `${show(handle)} was taken`)), { ...UNSENT, taskId: "" });
      }
      await failure(world, world.api.getTaskDetails(/** @type {any} */ (HANDLE), reaching(world, { fetch })), UNSENT);
      is(fetch.requests.length, 0, "requests");
    },
  },
];
