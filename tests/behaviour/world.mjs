// @ts-check
/** What every behaviour is handed, and what most of them begin with. */

import { between, is, ok, rejection, same } from "./check.mjs";

/**
 * @typedef {typeof import("../../pkg/index.js")} Api
 * @typedef {import("../../pkg/index.js").TaskError} TaskError
 * @typedef {{ look: number, atMs: number, tookMs: number, authorization: boolean, rightKey: boolean, headers: string[], answer: string,
 *   ended: "open" | "answered" | "broken" | "client-left", clientLeft: boolean }} Look
 * @typedef {{ looks: Look[], maxInFlight: number, inFlight: number, otherOrigin: { looks: Look[] } }} Log
 *
 * @typedef {import("../browsers.mjs").Engine} Browser
 * @typedef {"node" | "deno" | "bun" | "workerd" | Browser} Engine A browser's name means a page in it.
 *
 * @typedef {object} World
 * @property {Engine} engine
 * @property {Api} api The package, as this runtime's users import it.
 * @property {string} baseUrl Of a simulator that takes no request without `key`.
 * @property {string} otherOrigin Where its redirects to another origin lead.
 * @property {string} key
 * @property {(taskId: string) => Promise<Log>} log What reached the simulator for this id.
 * @property {(fault: string, words: string) => void} tell Keeps what the engine itself threw, for the record.
 *
 * @typedef {object} Behaviour
 * @property {string} name
 * @property {true} [alone] It touches what others use, or its timing must not be disturbed: nothing may run beside it.
 * @property {Partial<Record<Engine, string>>} [notIn] Where it means nothing, and why.
 * @property {(world: World) => Promise<void>} run
 */

/** @type {Engine[]} */
const SERVERS = ["node", "deno", "bun", "workerd"];
/** @type {Engine[]} */
const PAGES = ["chromium", "firefox", "webkit"];

export const PROMPT = "a lighthouse above a quiet sea, paper cut style";
export const PARAM_JSON = JSON.stringify({ numImages: 1, prompt: PROMPT, type: "TEXTTOIAMGE" });

/** The longest that an eager wait sleeps between two looks at a new task: past this, a look that was to come has come. */
export const NEXT_LOOK_MS = 7_500;

/** A signal's abort or a deadline may take this long to arrive. */
export const LATE_MS = 150;

const FIELDS = ["apiMessage", "attempts", "code", "elapsedMs", "handle", "httpStatus", "kind", "retryAfterMs", "retryable", "taskId"];

/** What an error that is made before anything is sent says of the wait. */
export const UNSENT = { kind: "invalid-argument", retryable: false, httpStatus: null, code: null, attempts: 0, elapsedMs: 0, details: null, handle: null };

/**
 * An id that the simulator has not met: what it does, and that it is nobody else's.
 * @param {string} scenario
 */
export function fresh(scenario) {
  return `${scenario}--${crypto.randomUUID().slice(0, 18)}`;
}

/** @param {World} world */
export function inPage({ engine }) {
  return PAGES.includes(engine);
}

/**
 * `notIn` of what means something in pages alone.
 * @param {string} why
 */
export function pagesOnly(why) {
  return Object.fromEntries(SERVERS.map((engine) => [engine, why]));
}

/**
 * `notIn` of what means nothing in pages.
 * @param {string} why
 */
export function notInPages(why) {
  return Object.fromEntries(PAGES.map((engine) => [engine, why]));
}

/**
 * How many requests an engine makes of one whose connection ends before the first byte, Deno until 2.9.5.
 * @type {Partial<Record<Engine, number>>}
 */
const TRIES = { deno: 2, firefox: 10 };

/**
 * How often the engine by itself asks before it tells of a failure.
 * @param {World} world
 * @param {string} scenario
 */
export function triesOf({ engine }, scenario) {
  return /^(script\.)?(reset|close)\b(?!-)/.test(scenario) ? (TRIES[engine] ?? 1) : 1;
}

/**
 * Whether the engine takes a body for whole that ends before the length that was promised, as WebKitGTK does.
 * @param {World} world
 * @param {string} scenario
 */
export function takesHalf({ engine }, scenario) {
  return engine === "webkit" && scenario.includes("cut-body");
}

/**
 * The options that reach the simulator.
 * @template {object} T
 * @param {World} world
 * @param {T} [more]
 */
export function reaching(world, more) {
  return { baseUrl: world.baseUrl, apiKey: world.key, .../** @type {T} */ (more) };
}

/**
 * The TaskError that a promise rejects with. Checks what holds for every one of them; `expected` names any of its fields,
 * `details` included, and where the handle is a fresh one `handle: "fresh"`.
 * @param {World} world
 * @param {Promise<unknown>} promise
 * @param {Record<string, unknown>} [expected]
 * @returns {Promise<TaskError>}
 */
export async function failure(world, promise, expected = {}) {
  const error = await rejection(promise);
  ok(error instanceof Error && error instanceof world.api.TaskError, `rejected with ${error}, which is no TaskError`);
  is(error.name, "TaskError", "its name");
  same(Object.keys(error).sort(), FIELDS, "the fields that show");
  is(Object.getOwnPropertyDescriptor(error, "details")?.enumerable, false, "details shows in a log");
  ok(error.message.length > 10 && !error.message.includes("undefined"), `the message says nothing: "${error.message}"`);
  // Only V8 and Bun write the message into the stack; elsewhere it holds the places alone.
  const written = String(new Error("probe").stack).includes("probe");
  ok(String(error.stack).includes(written ? error.message : ""), "its stack begins with its message");
  ok(Number.isInteger(error.attempts) && Number.isInteger(error.elapsedMs) && error.elapsedMs >= 0, "counts are whole numbers");
  const { handle, ...fields } = /** @type {{ handle?: any }} */ (expected);
  for (const [name, value] of Object.entries(fields)) same(/** @type {any} */ (error)[name], value, `${error.kind} error, its ${name} ("${error.message}")`);
  if (handle === "fresh") isFreshHandle(error.handle, error.taskId);
  else if (handle) {
    same({ ...error.handle, deadlineAt: handle.deadlineAt }, handle, "the error's handle");
    // By the wall clock a deadline has passed that has by the other one, and the two are not quite in step.
    const early = Number(handle.deadlineAt) - Number(error.handle?.deadlineAt);
    ok(early >= 0 && early <= 50, `the error's handle.deadlineAt is ${early} ms before the deadline`);
  } else if ("handle" in expected) same(error.handle, handle, "the error's handle");
  same(JSON.parse(JSON.stringify(error.handle)), error.handle, "the handle as JSON");
  return error;
}

/**
 * A handle that a wait of this id made within the last seconds.
 * @param {import("../../pkg/index.js").TaskHandle | null} handle
 * @param {string} taskId
 */
export function isFreshHandle(handle, taskId) {
  ok(handle !== null, "no handle");
  same(Object.keys(handle).sort(), ["deadlineAt", "startedAt", "taskId", "v"], "the members of the handle");
  is(handle.v, 1, "handle.v");
  is(handle.taskId, taskId, "handle.taskId");
  between(handle.startedAt, Date.now() - 30_000, Date.now() + 5, "handle.startedAt");
  if (handle.deadlineAt !== null) ok(handle.deadlineAt >= handle.startedAt, "handle.deadlineAt is before its start");
}

/**
 * Waits for a promise, and tells how long after `ms` it settled. The timer beside it tells a late rejection from a slow machine.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 */
export async function settlesAt(promise, ms) {
  let due = 0;
  const timer = setTimeout(() => (due = Date.now()), ms);
  const began = Date.now();
  await promise.catch(() => {});
  const settled = Date.now();
  clearTimeout(timer);
  ok(settled - began >= ms - 10, `settled after ${settled - began} ms, before ${ms} ms had passed`);
  if (due !== 0) ok(settled - due <= LATE_MS, `settled ${settled - due} ms after it should have, which was after ${ms} ms`);
}

/**
 * The envelope of a good look, for replies that no simulator gives.
 * @param {Record<string, unknown>} [data]
 */
export function record(data = {}) {
  const task = {
    taskId: "t", successFlag: 0, response: null, paramJson: PARAM_JSON, operationType: null,
    createTime: null, completeTime: null, errorCode: null, errorMessage: null, ...data,
  };
  return { code: 200, msg: "success", data: task };
}

/** The same of a task that is done. @param {Record<string, unknown>} [data] */
export function success(data = {}) {
  return record({ successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png", originImageUrl: null }, ...data });
}

/**
 * A fetch of the caller's own that gives these replies one after the other, the last again and again.
 * A function is asked with the request; anything but a Response is sent as JSON.
 * @param {unknown[]} replies
 */
export function answering(...replies) {
  /** @type {Request[]} */
  const requests = [];
  /** @param {string} input @param {RequestInit} init */
  const fetch = async (input, init) => {
    // As a Request, which tells what the standard makes of them.
    const request = new Request(input, init);
    requests.push(request);
    const reply = replies[Math.min(requests.length, replies.length) - 1];
    const given = typeof reply === "function" ? await reply(request) : reply;
    return given instanceof Response ? given.clone() : Response.json(given);
  };
  return Object.assign(fetch, { requests });
}

/** The id that a request asks for. @param {Request | undefined} request */
export function askedFor(request) {
  return request && new URL(request.url).searchParams.get("taskId");
}

/**
 * Something like an AbortSignal that counts its listeners: no engine's own class, as from another realm or a polyfill.
 */
export function countingSignal() {
  const target = new EventTarget();
  /** @type {Set<unknown>} */
  const listening = new Set();
  let most = 0;
  const signal = {
    aborted: false,
    /** @type {unknown} */
    reason: undefined,
    /** @param {string} kind @param {EventListener} listener */
    addEventListener(kind, listener) {
      listening.add(listener);
      most = Math.max(most, listening.size);
      target.addEventListener(kind, listener);
    },
    /** @param {string} kind @param {EventListener} listener */
    removeEventListener(kind, listener) {
      listening.delete(listener);
      target.removeEventListener(kind, listener);
    },
  };
  return {
    signal: /** @type {AbortSignal} */ (/** @type {unknown} */ (signal)),
    /** @param {unknown} reason */
    abort(reason) {
      signal.aborted = true;
      signal.reason = reason;
      target.dispatchEvent(new Event("abort"));
    },
    listeners: () => listening.size,
    mostListeners: () => most,
  };
}
