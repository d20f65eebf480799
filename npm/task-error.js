// The one error class of the package. The Rust core makes the instances; this file says what one is.

/** Entries bundle this class, each its own copy: every copy knows the others' instances by this. */
const BRAND = Symbol.for("nanobanana-task/TaskError");

/** The kinds that may pass by themselves. */
const PASSING = ["timed-out", "rate-limited", "server", "network"];
const KINDS = [
  ...PASSING,
  "task-failed",
  "not-found",
  "unauthorized",
  "payment-required",
  "forbidden",
  "bad-request",
  "invalid-reply",
  "invalid-argument",
];

/** Members of details that are instants. */
const INSTANTS = ["createdAt", "completedAt", "originImageExpiresAt"];

/** The method that says where the call was that failed. The entries' api.js has another copy of this file, and so it is no export. */
const PLACE = Symbol.for("nanobanana-task/place");

/**
 * The core's class of a failure, for the gateway alone, whose own core reads it again. The gateway's
 * look.js has another copy of this symbol, for the same reason.
 */
const RETRY = Symbol.for("nanobanana-task/retry");

/** @param {unknown} value */
function isText(value) {
  return typeof value === "string";
}
/** @param {unknown} value */
function isNumber(value) {
  return typeof value === "number";
}
/** @param {unknown} value */
function isFlag(value) {
  return typeof value === "boolean";
}
/** @typedef {(value: any) => boolean} Check */
/** @param {Check[]} checks @returns {Check} */
function nullOr(...checks) {
  return (value) => value === null || checks.some((check) => check(value));
}

/**
 * The enumerable fields, and what each can be. Anything else that is given is left out.
 *
 * @type {Record<string, Check>}
 */
const FIELDS = {
  kind: (kind) => KINDS.includes(kind),
  taskId: isText,
  retryable: isFlag,
  httpStatus: nullOr(isNumber),
  code: nullOr(isNumber, isText),
  apiMessage: isText,
  retryAfterMs: nullOr(isNumber),
  attempts: isNumber,
  elapsedMs: isNumber,
  handle: (handle) => handle?.v === 1 && isText(handle.taskId) && isNumber(handle.startedAt) && nullOr(isNumber)(handle.deadlineAt),
};

const LIMITED = /** @type {{ stackTraceLimit?: number | undefined }} */ (/** @type {unknown} */ (Error));
const IS_WRITTEN = /^Error(\n|$)/.test(new Error().stack ?? "");
/** Without a place Node.js would print the error in brackets. */
const NO_PLACE = IS_WRITTEN ? "\n    at nanobanana-task" : "";
/** A line of a stack. */
const FRAME = IS_WRITTEN ? /^ +at .+/gm : /^.+/gm;

export class TaskError extends Error {
  /** The core has made it, and its stack does not name the call yet. */
  #isCores;

  static [Symbol.hasInstance](/** @type {any} */ value) {
    return this === TaskError ? Boolean(value?.[BRAND]) : super[Symbol.hasInstance](value);
  }

  /**
   * The way back from `toJSON`, after a structured clone or JSON.
   *
   * @param {any} plain
   * @returns {any}
   */
  static from(plain) {
    if (plain instanceof TaskError) return plain;
    if (!isPlain(plain)) {
      const options = { kind: "invalid-argument" };
      throw new TaskError("TaskError.from takes what toJSON of a TaskError gave", options);
    }
    const { message, details, cause, ...fields } = plain;
    const options = { ...fields, details: withDates(details) };
    return new TaskError(isText(message) ? message : "", isPlain(cause) ? { ...options, cause: TaskError.from(cause) } : options);
  }

  /**
   * The core gives all fields, and what was thrown below as a third argument. What users leave out has a default.
   *
   * @param {string} [message]
   * @param {any} [options]
   * @param {unknown} [thrown]
   */
  constructor(message = "", options = {}, thrown = undefined) {
    const { details, cause = thrown, retry, ...rest } = options ?? {};
    const known = Object.entries(rest).filter(([name, value]) => Object.hasOwn(FIELDS, name) && FIELDS[name]?.(value));
    /** @type {any} */
    const fields = Object.fromEntries(known);
    const isCores = arguments.length > 2;
    const { stackTraceLimit } = LIMITED;
    // The frames would be those of the wasm, which do not help the reader.
    if (isCores) limitFrames(0);
    super(message, cause === undefined ? undefined : { cause });
    if (isCores) limitFrames(stackTraceLimit);
    this.#isCores = isCores;
    Object.assign(this, defaults(fields.kind, fields.taskId), fields);
    if (isCores && fields.kind === "timed-out" && cause instanceof TaskError) {
      // All but its kind is what the time-out shows.
      const { kind, ...shown } = FIELDS;
      for (const name of Object.keys(shown)) Object.defineProperty(cause, name, { enumerable: false });
    }
    // Not enumerable: console.log(error) and JSON.stringify(error) leave the prompt out, which details.paramJson holds.
    const value = (typeof details === "object" && details) || (fields.kind === "task-failed" ? failedTask(fields) : null);
    Object.defineProperty(this, "details", { value });
    if (isCores) Object.defineProperty(this, RETRY, { value: retry });
    if (isCores) this.#write(NO_PLACE);
  }

  get name() {
    return "TaskError";
  }

  get [BRAND]() {
    return true;
  }

  /** Puts the place of a call into the stack. @param {Error} call Made where that was called. */
  [PLACE](call) {
    // The first frame is the package's own function, and the last ones are often the runtime's. A program may make stacks of its own: then
    // there may be none, or no text.
    const [, ...frames] = isText(call.stack) ? (/** @type {string} */ (call.stack).match(FRAME) ?? []) : [];
    const places = frames.filter((frame) => !frame.includes("node:internal/"));
    if (this.#isCores && places.length > 0) this.#write(`${IS_WRITTEN ? "\n" : ""}${places.join("\n")}`);
    this.#isCores = false;
  }

  /** @param {string} frames */
  #write(frames) {
    // V8 and Bun begin a stack with the error itself, others do not.
    const value = IS_WRITTEN ? `TaskError: ${this.message}${frames}` : frames;
    Object.defineProperty(this, "stack", { value, writable: true, configurable: true });
  }

  /** Plain data, for logs and for postMessage: of details nothing that is as the API sent it, which may repeat prompt or key. */
  toJSON() {
    /** @type {any} */
    const { name, message, taskId, details, cause } = this;
    const fields = Object.fromEntries(Object.keys(FIELDS).map((field) => [field, /** @type {any} */ (this)[field]]));
    const raw = { taskId, response: null, paramJson: null, createTime: null, completeTime: null };
    const plain = { ...this, ...fields, name, message, details: details && { ...details, ...raw } };
    return JSON.parse(JSON.stringify(cause instanceof TaskError ? { ...plain, cause } : plain));
  }
}

/** @param {any} value */
const isPlain = (value) => value?.name === "TaskError" && KINDS.includes(value.kind);

/** @param {number | undefined} most */
function limitFrames(most) {
  try {
    LIMITED.stackTraceLimit = most;
  } catch {
    // It has been frozen.
  }
}

/**
 * @param {string | undefined} kind
 * @param {string | undefined} taskId
 */
function defaults(kind = "network", taskId = "") {
  const now = Date.now();
  const retryable = PASSING.includes(kind);
  const handle = kind === "timed-out" ? { v: 1, taskId, startedAt: now, deadlineAt: now } : null;
  const unknown = { httpStatus: null, code: null, apiMessage: "", retryAfterMs: null };
  return { kind, taskId, retryable, ...unknown, attempts: 0, elapsedMs: 0, handle };
}

/** @param {{ taskId?: string, code?: number | string | null, apiMessage?: string }} fields */
function failedTask({ taskId = "", code = null, apiMessage = "" }) {
  const unknown = { paramJson: null, operationType: null, createTime: null, completeTime: null, createdAt: null, completedAt: null };
  const said = { errorCode: code, errorMessage: apiMessage || null };
  return { taskId, status: "GENERATE_FAILED", successFlag: 3, response: null, ...unknown, ...said };
}

/**
 * Details out of JSON, where an instant is a text and NaN is null.
 *
 * @param {any} details
 * @returns {any}
 */
function withDates(details) {
  if (!details || typeof details !== "object") return null;
  const read = Object.entries(details).map(([name, value]) => {
    if (INSTANTS.includes(name) && value) return [name, new Date(value)];
    if (name === "successFlag") return [name, value ?? NaN];
    return [name, name === "response" ? withDates(value) : value];
  });
  return Object.fromEntries(read);
}
