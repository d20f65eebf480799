// @ts-check
/** TaskErrors as values: where they say they come from, made by hand, made plain and made again; and handles out of a storage. */

import { is, ok, rejection, same } from "./check.mjs";
import { PARAM_JSON, answering, failure, fresh, reaching, record } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */

/** How each entry is called, in a function of its own so that no engine takes its frame for a tail call's. */
const CALLS = /** @type {const} */ (["getTaskDetails", "waitForTask"]);

const HANDLE = { v: 1, taskId: "t", startedAt: 5, deadlineAt: 10 };

/** @type {[stored: unknown, handle: object | null][]} */
const STORED = [
  [HANDLE, HANDLE],
  [JSON.stringify(HANDLE), HANDLE],
  [{ ...HANDLE, deadlineAt: null }, { ...HANDLE, deadlineAt: null }],
  [{ ...HANDLE, deadlineAt: undefined }, { ...HANDLE, deadlineAt: null }],
  [{ ...HANDLE, more: 1 }, HANDLE],
  [{ ...HANDLE, taskId: "é".repeat(128) }, { ...HANDLE, taskId: "é".repeat(128) }],
  ...[
    null, undefined, 0, 5, true, "", "t", "null", "{", "[]", [], {}, () => {}, Symbol("s"), 5n, new Date(),
    { ...HANDLE, v: 2 }, { ...HANDLE, v: "1" }, { ...HANDLE, taskId: "" }, { ...HANDLE, taskId: " " }, { ...HANDLE, taskId: 5 },
    { ...HANDLE, taskId: "x".repeat(257) }, { ...HANDLE, taskId: "é".repeat(129) }, { ...HANDLE, taskId: '{"v":1}' },
    { ...HANDLE, startedAt: -1 }, { ...HANDLE, startedAt: NaN }, { ...HANDLE, startedAt: "5" }, { ...HANDLE, startedAt: Infinity },
    { ...HANDLE, deadlineAt: 4 }, { ...HANDLE, deadlineAt: "10" }, { ...HANDLE, deadlineAt: NaN }, JSON.stringify({ ...HANDLE, v: 2 }),
    { get v() { throw new Error("mine"); } },
  ].map((stored) => /** @type {[unknown, null]} */ ([stored, null])),
];

/** @type {Behaviour[]} */
export const errors = [
  {
    name: "errors: the stack names the caller's file and line, and none of the wasm",
    async run(world) {
      const shared = world.api.createClient(reaching(world));
      for (const [api, options] of /** @type {[Pick<typeof world.api, "getTaskDetails" | "waitForTask" | "watchTask">, object][]} */ ([[world.api, reaching(world)], [shared, {}]])) {
        for (const call of CALLS) {
          const error = await failure(world, api[call](fresh("http-400"), options), { kind: "bad-request" });
          ok(/errors\.mjs:\d+/.test(String(error.stack)), `the stack of ${call}: ${error.stack}`);
          ok(!String(error.stack).includes("wasm"), `the stack of ${call}: ${error.stack}`);
        }
        const watch = api.watchTask(fresh("http-400"), options);
        const error = await failure(world, watch.next(), { kind: "bad-request" });
        ok(/errors\.mjs:\d+/.test(String(error.stack)), `the stack of watchTask: ${error.stack}`);
      }
      const unsent = await failure(world, world.api.getTaskDetails(""), { kind: "invalid-argument" });
      ok(/errors\.mjs:\d+/.test(String(unsent.stack)), `the stack of what was not sent: ${unsent.stack}`);
    },
  },
  {
    name: "errors: a reason that is a TaskError, and what a callback throws, keep their stacks",
    async run(world) {
      const { TaskError } = world.api;
      for (const mine of [new TaskError("mine"), new Error("mine")]) {
        const { stack } = mine;
        const onProgress = () => { throw mine; };
        is(await rejection(world.api.waitForTask(fresh("pending"), reaching(world, { onProgress }))), mine, "what was thrown");
        is(await rejection(world.api.waitForTask(fresh("pending"), reaching(world, { signal: AbortSignal.abort(mine) }))), mine, "the reason");
        is(mine.stack, stack, "its stack");
      }
    },
  },
  {
    name: "errors: users may make one for their own tests",
    async run({ api: { TaskError } }) {
      const plain = new TaskError("boom");
      ok(plain instanceof Error && plain instanceof TaskError, "its classes");
      same([plain.message, plain.name, plain.kind, plain.retryable], ["boom", "TaskError", "network", true], "its fields");
      same([plain.taskId, plain.httpStatus, plain.code, plain.apiMessage, plain.retryAfterMs], ["", null, null, "", null], "more of them");
      same([plain.attempts, plain.elapsedMs, plain.details, plain.handle, plain.cause], [0, 0, null, null, undefined], "and more");
      ok(/errors\.mjs/.test(String(plain.stack)), `its stack: ${plain.stack}`);
      is(new TaskError().message, "", "no message");
      const cause = new Error("below");
      const late = new TaskError("late", { kind: "timed-out", taskId: "t", attempts: 3, cause });
      same([late.kind, late.retryable, late.attempts, late.handle.taskId, late.handle.v], ["timed-out", true, 3, "t", 1], "a time-out");
      is(late.cause, cause, "its cause");
      const failed = new TaskError("no", { kind: "task-failed", taskId: "t", code: 501, apiMessage: "refused" });
      same([failed.retryable, failed.handle, failed.code], [false, null, 501], "a failed task");
      same([failed.details.status, failed.details.taskId, failed.details.errorCode, failed.details.errorMessage], ["GENERATE_FAILED", "t", 501, "refused"], "its details");
      is(new TaskError("no", { kind: "server", retryable: false, httpStatus: 505 }).retryable, false, "what is said counts");
    },
  },
  {
    name: "errors: made plain and back, through structuredClone and JSON, they lose nothing but the prompt",
    async run(world) {
      const { TaskError } = world.api;
      const time = "2026-01-02 03:04:05";
      const ended = record({ successFlag: 3, errorCode: 501, errorMessage: "no", createTime: time, paramJson: PARAM_JSON });
      const failed = await failure(world, world.api.waitForTask("t", reaching(world, { fetch: answering(ended) })));
      const late = await failure(world, world.api.waitForTask(fresh("script.pending.http-502"), reaching(world, { timeoutMs: 2_500 })), { kind: "timed-out" });
      const unread = await failure(world, world.api.waitForTask("t", reaching(world, { timeoutMs: 200, fetch: answering(record({ successFlag: "?" })) })));
      for (const error of [failed, late, unread, new TaskError("mine", { kind: "server", httpStatus: 503 })]) {
        const json = error.toJSON();
        ok(!JSON.stringify(json).includes("lighthouse"), "the prompt");
        same(structuredClone(json), json, "a structured clone");
        for (const plain of [structuredClone(json), JSON.parse(JSON.stringify(error))]) {
          const again = TaskError.from(plain);
          ok(again instanceof TaskError && again instanceof Error, "its class");
          same({ ...again, message: again.message }, { ...error, message: error.message }, "its fields");
          same(again.details, error.details && { ...error.details, taskId: error.taskId, paramJson: null, createTime: null, completeTime: null }, "its details");
          same(again.toJSON(), json, "made plain again");
          is(Object.getOwnPropertyDescriptor(again, "details")?.enumerable, false, "details shows in a log");
        }
      }
      ok(failed.details?.createdAt instanceof Date && TaskError.from(failed.toJSON()).details?.createdAt instanceof Date, "an instant");
      const below = TaskError.from(late.toJSON()).cause;
      ok(below instanceof TaskError && below.kind === "server" && below.httpStatus === 502, `the cause is ${below}`);
      is(TaskError.from(/** @type {any} */ (late)), late, "one that is none the worse");
      for (const other of [null, undefined, 5, "TaskError", {}, { name: "TaskError" }, { name: "TaskError", kind: "no" }, { kind: "server" }, new Error("e")]) {
        const error = await rejection((async () => TaskError.from(/** @type {any} */ (other)))());
        ok(error instanceof TaskError && error.kind === "invalid-argument", `from(${String(other)}) threw ${error}`);
      }
    },
  },
  {
    name: "errors: a stored handle is read, or it is null, and never throws; what is read can be waited with",
    async run(world) {
      for (const [stored, handle] of STORED) same(world.api.parseTaskHandle(stored), handle, `the handle in number ${STORED.findIndex(([each]) => each === stored)}`);
      for (const [stored, handle] of STORED) {
        if (typeof stored !== "object" || stored === null || Array.isArray(stored)) continue;
        const fetch = answering({ code: 400, msg: "no", data: null });
        const { kind } = await failure(world, world.api.waitForTask(/** @type {any} */ (stored), reaching(world, { fetch })));
        is(kind, handle ? "bad-request" : "invalid-argument", "what a wait makes of it");
      }
    },
  },
];
