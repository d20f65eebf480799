// @ts-check
/** The key comes out nowhere; the prompt in details.paramJson alone. */

import { is, ok, rejection, same } from "./check.mjs";
import { PARAM_JSON, PROMPT, answering, failure, fresh, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */

/**
 * All the text in a value: members that show and members that do not, their names, getters, symbols, functions, prototypes of errors, Maps,
 * URLs and Headers, all the way down.
 * @param {unknown} value
 * @param {(path: string) => boolean} [skip]
 */
export function textsIn(value, skip = () => false) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  const seen = new Set();
  /** @param {unknown} at @param {string} path */
  const walk = (at, path) => {
    if (skip(path)) return;
    if (typeof at === "string") texts.set(path, at);
    if (typeof at === "symbol" || typeof at === "function" || typeof at === "number") texts.set(path, String(at));
    if ((typeof at !== "object" && typeof at !== "function") || at === null || seen.has(at)) return;
    seen.add(at);
    if (at instanceof Headers || at instanceof Map) for (const [name, entry] of at) walk(entry, `${path}.${name}`);
    if (at instanceof URL) texts.set(`${path}.href`, at.href);
    if (at instanceof Request || at instanceof Response) walk(at.headers, `${path}.headers`);
    for (const name of Reflect.ownKeys(at)) {
      try {
        walk(name, `${path}.(name)`);
        walk(/** @type {any} */ (at)[name], `${path}.${String(name)}`);
      } catch {
        // A getter that throws tells nothing.
      }
    }
    if (at instanceof Error) walk(String(at), `${path}.toString()`);
  };
  walk(value, "error");
  try {
    if (!skip("JSON")) texts.set("JSON", JSON.stringify(value) ?? "");
  } catch {
    // A cause may be circular.
  }
  return texts;
}

/** @param {unknown} value @param {string} secret @param {(path: string) => boolean} [skip] */
function holdsNo(value, secret, skip) {
  for (const [path, text] of textsIn(value, skip)) {
    const decoded = text.replace(/%([\da-f]{2})/gi, (_, byte) => String.fromCharCode(parseInt(byte, 16)));
    ok(!decoded.toLowerCase().includes(secret.toLowerCase()), `${path} holds it: "${text.slice(0, 200)}"`);
  }
}

/** @type {Behaviour[]} */
const echoes = ["http-401-echo-key", "body-401-echo-key"].map((scenario) => ({
  name: `secrets: the key is not in the error of ${scenario}`,
  async run(world) {
    for (const call of /** @type {const} */ (["getTaskDetails", "waitForTask"])) {
      const error = await failure(world, world.api[call](fresh(scenario), reaching(world)), { kind: "unauthorized" });
      holdsNo(error, world.key);
      ok(error.message.includes("[key]"), `what stands in its place: "${error.message}"`);
    }
  },
}));

/** @type {[what: string, thrown: (key: string) => unknown][]} */
const THROWN = [
  ["an error's message", (key) => new Error(`bad header: Bearer ${key}`)],
  ["a bare text", (key) => `Bearer ${key}`],
  ["an error's cause", (key) => new TypeError("fetch failed", { cause: new Error(`bad header: Bearer ${key}`) })],
  ["a member of an error", (key) => Object.assign(new Error("failed"), { config: { headers: { Authorization: `Bearer ${key}` } } })],
  ["the request on an error", (key) => Object.assign(new Error("failed"), { request: new Request("http://host/", { headers: { authorization: `Bearer ${key}` } }) })],
  ["headers on an error", (key) => Object.assign(new Error("failed"), { sent: new Headers({ authorization: `Bearer ${key}` }) })],
  ["a map on an error", (key) => Object.assign(new Error("failed"), { sent: new Map([["authorization", key]]) })],
  ["an error's message, percent-encoded", (key) => new Error(`bad header: ${Array.from(key, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join("")}`)],
  ["an error's message, in capitals", (key) => new Error(`bad header: ${key.toUpperCase()}`)],
  ["an error's name", (key) => Object.assign(new Error("failed"), { name: `${key}Error` })],
  ["an error's code", (key) => Object.assign(new Error("failed"), { code: key })],
  ["an error's stack", (key) => Object.assign(new Error("failed"), { stack: `Error: failed\n    at sent (${key})` })],
  ["a member by a symbol", (key) => Object.assign(new Error("failed"), { [Symbol("request")]: { authorization: key } })],
  ["a symbol's description", (key) => Object.assign(new Error("failed"), { [Symbol(key)]: 1 })],
  ["a symbol", (key) => Symbol(key)],
  ["a member's name", (key) => Object.assign(new Error("failed"), { byKey: { [key]: 1 } })],
  ["a function's member", (key) => Object.assign(new Error("failed"), { retry: Object.assign(() => {}, { key }) })],
  ["a function", (key) => Object.assign(() => {}, { key })],
  ["a URL", (key) => Object.assign(new Error("failed"), { url: new URL(`https://host/?key=${key}`) })],
  ["toJSON", (key) => Object.assign(new Error("failed"), { toJSON: () => ({ key }) })],
  ["a getter of its class", (key) => new (class extends Error { get config() { return key; } })("failed")],
  ["one of many errors", (key) => new AggregateError([new Error(`bad header: ${key}`)], "failed")],
  ["an array", (key) => [key]],
  ["a cause far below", (key) => Array.from({ length: 20 }).reduce((cause) => new Error("failed", { cause }), new Error(key))],
  ["a plain object", (key) => ({ header: `Bearer ${key}` })],
];

/** @type {Behaviour[]} */
const thrown = THROWN.map(([what, make]) => ({
  name: `secrets: the key is not in the error where fetch rejects with it in ${what}`,
  async run(world) {
    const fetch = () => Promise.reject(make(world.key));
    holdsNo(await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch })), { kind: "network" }), world.key);
    holdsNo(await failure(world, world.api.waitForTask("t", reaching(world, { fetch, timeoutMs: 300 })), { kind: "timed-out" }), world.key);
  },
}));

/** @type {Behaviour} */
const copied = {
  name: "secrets: with a key the cause is a copy with name, message, code, stack and cause; without one it is what was thrown",
  async run(world) {
    const inner = Object.assign(new RangeError(`no route for ${world.key}`), { code: "ECONNREFUSED", request: {} });
    const thrown = Object.assign(new TypeError("fetch failed", { cause: inner }), { code: 7 });
    const fetch = () => Promise.reject(thrown);
    const error = await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch })), { kind: "network" });
    ok(error.cause instanceof Error && error.cause !== thrown, "a copy");
    const { name, message, code, stack, cause } = /** @type {any} */ (error.cause);
    same([name, message, code, stack], ["TypeError", "fetch failed", 7, thrown.stack?.slice(0, 2_000)], "the copy");
    same([cause.name, cause.message, cause.code], ["RangeError", "no route for [key]", "ECONNREFUSED"], "its cause");
    same(Object.keys(cause), ["code"], "what else shows");
    for (const apiKey of [undefined, "mock"]) {
      is((await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, apiKey, fetch }), { kind: "network" })).cause, thrown, "what was thrown");
    }
    for (const value of ["text", 5, null, true]) {
      is((await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch: () => Promise.reject(value) })), { kind: "network" })).cause, value, "a plain value");
    }
  },
};

/** Where a failed task may quote its prompt. @type {[what: string, prompt: string, says: (prompt: string, paramJson: string) => string][]} */
const QUOTED = [
  ["as it is", PROMPT, (prompt) => `refused: ${prompt}`],
  ["twice", PROMPT, (prompt) => `${prompt} / ${prompt}`],
  ["with the rest of the parameters", PROMPT, (_, paramJson) => `bad parameters ${paramJson}`],
  ["beyond ASCII", "灯塔 🗼 au crépuscule", (prompt) => `«${prompt}»`],
  ["with quotes and lines, as it is", 'a sign that says "open"\nin red', (prompt) => `refused: ${prompt}`],
  ["in capitals", PROMPT, (prompt) => `refused: ${prompt.toUpperCase()}`],
  ["cut short", PROMPT, (prompt) => `refused: ${prompt.slice(0, 25)}…`],
  ["from its middle", PROMPT, (prompt) => `refused: "${prompt.slice(10, 32)}"`],
  ["in a URL", "灯塔 🗼 au crépuscule", (prompt) => `no https://x.test/?q=${encodeURIComponent(prompt)}`],
  ["in JSON of ASCII", "une tour au crépuscule", (prompt) => `refused: ${prompt.replace("é", "\\u00e9")}`],
  ["in HTML", 'a sign that says "open"', (prompt) => `refused: ${prompt.replaceAll('"', "&quot;")}`],
  ["with quotes and lines, as JSON", 'a sign that says "open"\nin red', (_, paramJson) => `bad parameters ${paramJson}`],
];

/** @type {Behaviour[]} */
const quoted = QUOTED.map(([what, prompt, says]) => ({
  name: `secrets: the prompt is in no message where the API quotes it ${what}`,
  async run(world) {
    const paramJson = JSON.stringify({ numImages: 1, prompt });
    const fetch = answering(record({ successFlag: 3, errorCode: 422, errorMessage: says(prompt, paramJson), paramJson }));
    const error = await failure(world, world.api.waitForTask("t", { baseUrl: world.baseUrl, fetch }), { kind: "task-failed" });
    is(error.details?.paramJson, paramJson, "details.paramJson");
    ok(error.message.includes("[prompt]") && error.apiMessage.includes("[prompt]"), `what stands in its place: "${error.message}"`);
    const part = prompt.slice(0, 12);
    holdsNo(error, part, (path) => path.endsWith(".paramJson"));
    holdsNo(await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch }), part, (path) => path.endsWith(".paramJson") || path === "JSON");
  },
}));

/** @type {Behaviour[]} */
export const secrets = [
  ...echoes,
  ...thrown,
  copied,
  ...quoted,
  {
    name: "secrets: a key that no header takes is not quoted",
    async run(world) {
      const fetch = answering(success());
      for (const key of ["sekret\nkey", "sekret key", "sekrét", "sekret\0", "sekret🍌"]) {
        for (const apiKey of [key, () => key, async () => key]) {
          holdsNo(await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch, apiKey }), { kind: "invalid-argument" }), "sekr");
        }
      }
      holdsNo(await failure(world, world.api.getTaskDetails("t", { baseUrl: "https://user:sekret@host" }), { kind: "invalid-argument" }), "sekret");
      holdsNo(await failure(world, world.api.getTaskDetails("t", { baseUrl: "https://host/?key=sekret" }), { kind: "invalid-argument" }), "sekret");
      is(fetch.requests.length, 0, "requests");
    },
  },
  {
    name: "secrets: the key is in no free text of the details; what callers go by stays as it came",
    async run(world) {
      const { key } = world;
      const echo = `x ${key} y`;
      const kept = { taskId: echo, paramJson: echo, createTime: echo, completeTime: echo };
      const fetch = answering(record({ successFlag: 3, ...kept, operationType: echo, errorCode: echo, errorMessage: echo }));
      const error = await failure(world, world.api.waitForTask("t", reaching(world, { fetch })), { kind: "task-failed" });
      holdsNo(error, key, (path) => path.startsWith("error.details.") && Object.keys(kept).some((name) => path.endsWith(`.${name}`)));
      for (const [name, value] of Object.entries(kept)) is(/** @type {any} */ (error.details)[name], value, `details.${name}`);
    },
  },
  {
    name: "secrets: a short key changes nothing",
    async run(world) {
      const url = "https://cdn.test/h/1.png";
      for (const apiKey of ["h", "test", "cdn", "https"]) {
        const { response, taskId } = await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, apiKey, fetch: answering(success({ taskId: "test-h", response: { resultImageUrl: url } })) });
        same([response?.resultImageUrl, taskId], [url, "test-h"], `with the key ${apiKey}`);
        const error = await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, apiKey, fetch: answering({ code: 400, msg: "the test of https://cdn" }) }), { kind: "bad-request" });
        is(error.apiMessage, "the test of https://cdn", "apiMessage");
      }
    },
  },
  {
    name: "secrets: the key is in no error of any kind",
    async run(world) {
      const scenarios = ["http-400", "http-429", "html-502", "cut-json", "reset", "cut-body", "not-found", "redirect-other", "create-failed", "success-no-url"];
      await Promise.all(scenarios.map(async (scenario) => {
        const reason = await rejection(world.api.waitForTask(fresh(scenario), reaching(world, { timeoutMs: 500 })));
        holdsNo(reason, world.key);
        holdsNo(reason, PROMPT, (path) => path.endsWith(".paramJson"));
      }));
    },
  },
  {
    name: "secrets: JSON of an error leaves the details out, and of a progress's problem",
    async run(world) {
      /** @type {unknown[]} */
      const problems = [];
      const error = await failure(world, world.api.waitForTask(fresh("script.pending.http-502"), reaching(world, {
        timeoutMs: 3_500,
        onProgress: (/** @type {import("../../pkg/index.js").Progress} */ { problem }) => void problems.push(problem),
      })), { kind: "timed-out" });
      is(error.details?.paramJson, PARAM_JSON, "details.paramJson");
      ok(!JSON.stringify([error, error.cause, problems]).includes("lighthouse"), "the prompt is in the JSON");
    },
  },
  {
    name: "secrets: the prompt is not in the message where a later look's failure quotes it",
    async run(world) {
      const forms = [{ prompt: PROMPT }, { input: { prompt: PROMPT } }].flatMap((params) => [params, JSON.stringify(params)]);
      const quotes = [PROMPT, PROMPT.toUpperCase(), encodeURIComponent(PROMPT), PROMPT.slice(0, 20)];
      await Promise.all(forms.flatMap((paramJson) => quotes.map(async (quote) => {
        const fetch = answering(record({ paramJson }), { code: 400, msg: `the prompt "${quote}" is not allowed`, data: null });
        const error = await failure(world, world.api.waitForTask("t", reaching(world, { fetch })), { kind: "bad-request" });
        is(error.apiMessage, 'the prompt "[prompt]" is not allowed', "apiMessage");
        holdsNo(error, PROMPT, (path) => path.endsWith(".paramJson"));
      })));
    },
  },
];
