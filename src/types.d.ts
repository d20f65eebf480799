/** `successFlag` as a word, in the API's own terms. `"UNKNOWN"` is any flag this version does not know: neither success nor failure. */
export type TaskStatus = "GENERATING" | "SUCCESS" | "CREATE_TASK_FAILED" | "GENERATE_FAILED" | "UNKNOWN";

export interface TaskBase {
  /** As replied; the id that was asked for where the reply has none. */
  taskId: string;
  /** 0, 1, 2, 3 or whatever came; `NaN` where nothing came that reads as a number. */
  successFlag: number;
  /**
   * The request's parameters as the API echoes them: a JSON text that holds the prompt. It is passed on as it came, even where the parameters
   * hold the API key. Null when absent or empty. Never put it in a log.
   */
  paramJson: string | null;
  /** The API's own word for the kind of task, free text. Null when absent or empty. */
  operationType: string | null;
  /** Raw text as received, null when absent or empty. */
  createTime: string | null;
  /** Raw text as received, null when absent or empty. */
  completeTime: string | null;
  /** `createTime` as an instant: text without a zone is UTC+8, hour 24 is the next day's 0, numbers are ms since the epoch. Null when unreadable. */
  createdAt: Date | null;
  /** `completeTime` as an instant, read like `createdAt`. */
  completedAt: Date | null;
  /** No sign of failure by itself: only `status` is. */
  errorCode: number | string | null;
  /**
   * In the API's words, which may be just "failed", cut after 2,000 characters. Where it quotes the prompt or twelve letters and digits in a row
   * of it, in whatever spelling, "[prompt]" stands in its place.
   */
  errorMessage: string | null;
}

export interface GeneratingTask extends TaskBase {
  status: "GENERATING";
  response: null;
}

export interface SucceededTask extends TaskBase {
  status: "SUCCESS";
  response: {
    /** The picture on the API's server, always http(s). No lifetime is promised, and links were seen dead within a day: fetch it soon. */
    resultImageUrl: string;
    /** The picture where it was made, for 10 minutes only; null as a rule. */
    originImageUrl: string | null;
    /** `completedAt` (or the moment this look saw the success) + 10 minutes; null where there is no `originImageUrl`. */
    originImageExpiresAt: Date | null;
  };
}

export interface FailedTask extends TaskBase {
  status: "CREATE_TASK_FAILED" | "GENERATE_FAILED";
  response: null;
}

export interface UnknownTask extends TaskBase {
  status: "UNKNOWN";
  response: null;
}

/** The state of a task, discriminated by `status`. */
export type TaskDetails = GeneratingTask | SucceededTask | FailedTask | UnknownTask;

export interface ConnectionOptions {
  /**
   * The API key: for servers and Workers only. A function is asked before each request, for keys that rotate or live shortly; what it
   * throws is taken for a passing failure. In a page (a `document` exists) and in a page's workers a key is refused with kind
   * `"invalid-argument"`, unless `dangerouslyAllowBrowser` is true.
   */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Send a key from a page, where every visitor can read it. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /**
   * Where the API is: http(s), with a path prefix if need be; in a page a path alone will do. Default: in a page and its workers their own
   * origin, where a server of yours answers; elsewhere `https://api.nanobananaapi.ai`. A page that was opened as a file and an
   * extension's worker have no such origin, and need one.
   */
  baseUrl?: string | URL | undefined;
  /**
   * Any function with the signature of the standard's `fetch`: it is called with the URL as a string, and with a method, headers as a
   * plain object, a signal, and what else the request needs. Default: the global `fetch`, looked up at each call.
   */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
  /** The most that one request may take, body included, in ms. Default 15 000. */
  requestTimeoutMs?: number | undefined;
}

export interface GetOptions extends ConnectionOptions {
  /** Ends the call at once; it rejects with the signal's own reason. An abort once the end is known, as from the last `onProgress`, changes nothing. */
  signal?: AbortSignal | undefined;
}

export interface WaitOptions extends GetOptions {
  /** The whole wait in ms, requests in flight included. Default 600 000; `Infinity` switches it off. */
  timeoutMs?: number | undefined;
  /** Called after each look. Throwing in it ends the wait with what was thrown. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** How long an unknown task id is taken for "not there yet", in ms. Default 20 000. */
  notFoundGraceMs?: number | undefined;
  /**
   * Fewer requests, or less lateness. Each is the best schedule for how long tasks take and for what one request is worth: 1 s of lateness
   * (`"gentle"`), 0.3 s (`"normal"`) or 0.1 s (`"eager"`). Default `"normal"`.
   */
  pace?: "gentle" | "normal" | "eager" | undefined;
}

export interface Progress {
  /** The last good look, null before the first. */
  details: TaskDetails | null;
  /** The failed look that is being ridden out, if the last one failed. */
  problem: TaskError | null;
  /** Looks sent so far. */
  attempt: number;
  /** Since the wait (not the reload) began. */
  elapsedMs: number;
  /** Null when no further look is to come. */
  nextLookInMs: number | null;
  /** 0 to 1, from the task's age against how long such tasks take: an estimate, and never 1 before the end. */
  estimatedProgress: number;
  /** Store it to go on with the wait after a reload. */
  handle: TaskHandle;
}

/**
 * A wait that can be put away: JSON-safe, versioned, without any secret. Pass it to {@link waitForTask} and the same deadline and place in
 * the schedule go on. Where the deadline has passed, as in the handle of an error, `timeoutMs` counts anew.
 */
export interface TaskHandle {
  v: 1;
  taskId: string;
  /** When the wait began, in ms since the epoch. */
  startedAt: number;
  /** When it gives up, in ms since the epoch; null for never. */
  deadlineAt: number | null;
}

/**
 * Looks at a task once. Resolves with its state, failed tasks included.
 *
 * @example
 * const task = await getTaskDetails(taskId, { apiKey: process.env.NANOBANANA_API_KEY });
 * if (task.status === "SUCCESS") console.log(task.response.resultImageUrl);
 */
export function getTaskDetails(taskId: string, options?: GetOptions): Promise<TaskDetails>;

/**
 * Waits for a task. Resolves when it has succeeded; rejects with a {@link TaskError} (kind `"task-failed"` where the task itself failed), or
 * with the signal's own reason. The first look is at once; passing failures of network and server are ridden out to the deadline.
 *
 * @example
 * const { response } = await waitForTask(taskId, { onProgress: (p) => console.log(p.details?.status, p.nextLookInMs) });
 * image.src = response.resultImageUrl;
 */
export function waitForTask(task: string | TaskHandle, options?: WaitOptions): Promise<SucceededTask>;

/**
 * Watches a task. Yields its state at the first look and whenever it changes, the terminal one (success or failure) last, then ends; what ends
 * a {@link waitForTask} without an end of the task is thrown. Looks are taken only while the next change is awaited, and leaving the loop
 * ends it at once.
 *
 * @example
 * for await (const { status, response } of watchTask(taskId)) {
 *   label.textContent = status;
 *   if (response) image.src = response.resultImageUrl;
 * }
 */
export function watchTask(task: string | TaskHandle, options?: WaitOptions): AsyncIterableIterator<TaskDetails>;

export interface ClientOptions extends ConnectionOptions {
  /** The most requests that the client sends in a second, whatever it is asked for; `Infinity` for no limit. Default 5. */
  maxRequestsPerSecond?: number | undefined;
}

/**
 * The same functions with shared settings, for many tasks or many callers. All share one budget of requests, in which each gets its turn, and
 * pause together where the API asks one of them to (429) or is closed for maintenance (455). However many wait for a task, it is looked at
 * once at a time for all of them, each with a deadline and a signal of its own; a look goes on for as long as one of them waits. And a
 * client learns: from each finished task that it sees, how long tasks take, and so when to look. A plain object, nothing to free. The
 * functions above use a client of their own each time.
 *
 * @example
 * const client = createClient({ apiKey: process.env.NANOBANANA_API_KEY });
 * const tasks = await Promise.allSettled(taskIds.map((taskId) => client.waitForTask(taskId)));
 */
export function createClient(options?: ClientOptions): TaskClient;

export interface TaskClient {
  /**
   * {@link getTaskDetails} over the client's connection. Every second turn of the budget is for such looks; it waits for one as long as a request may take, and its request as long again.
   * With `queueTimeoutMs`, in ms, it rejects at once where its turn comes later than that: kind `"timed-out"`, no `attempts`, and `retryAfterMs` says when the turn would come.
   */
  getTaskDetails(taskId: string, options?: { signal?: AbortSignal | undefined; queueTimeoutMs?: number | undefined }): Promise<TaskDetails>;
  /** {@link waitForTask} over the client's connection. */
  waitForTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): Promise<SucceededTask>;
  /** {@link watchTask} over the client's connection. */
  watchTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): AsyncIterableIterator<TaskDetails>;
}

export type TaskErrorKind =
  /** Flag 2 or 3: `details` says which, `code` and `message` are the API's. */
  | "task-failed"
  /** The task is still running as far as anyone knows; `handle` goes on with the wait. */
  | "timed-out"
  | "not-found"
  /** A key that is refused; without a key, a server that wants you to sign in, or redirects to a login page of another origin. */
  | "unauthorized"
  | "payment-required"
  | "forbidden"
  | "bad-request"
  | "rate-limited"
  | "server"
  | "network"
  /** Not this API's envelope: HTML, cut JSON; or a success that has no URL, several polls later. */
  | "invalid-reply"
  /** The caller's mistake; nothing was sent. */
  | "invalid-argument";

interface TaskErrorOf<Kind extends TaskErrorKind, Details extends TaskDetails | null, Handle extends TaskHandle | null> extends Error {
  readonly name: "TaskError";
  readonly kind: Kind;
  /** "" where no usable id was given. */
  readonly taskId: string;
  /**
   * Can asking again help? A single look says so of what it sees: a success that names no URL yet may name it a moment later.
   * A wait that ends with such a failure has asked several times, and says no.
   */
  readonly retryable: boolean;
  readonly httpStatus: number | null;
  /** `code` of the envelope, or `errorCode` of a failed task. */
  readonly code: number | string | null;
  /** What the API itself says: `msg` of the envelope, or `errorMessage` of a failed task, on one line and cut short; "" for nothing. */
  readonly apiMessage: string;
  /** How long the API asks to be left alone, in ms (its `Retry-After`), or until a turn comes that was too late for `queueTimeoutMs`; null where there is no such time. */
  readonly retryAfterMs: number | null;
  /** The last good look; never null for kind `"task-failed"`. Not enumerable, so that logging the error does not log the prompt. */
  readonly details: Details;
  /** Looks sent. */
  readonly attempts: number;
  /** Since the wait (not the reload) began. */
  readonly elapsedMs: number;
  /**
   * Hand it to {@link waitForTask} to go on; null for `"task-failed"` and `"invalid-argument"`, never null for `"timed-out"`.
   */
  readonly handle: Handle;
  /**
   * What was thrown below, if anything. Where an API key of eight characters or more is in use, a copy that cannot hold it: a plain error with the
   * name, message, code, stack and cause of what was thrown.
   */
  readonly cause?: unknown;
  /**
   * The error as plain JSON-safe data, for logs, `postMessage` and storages: all fields and the message, but no stack, of the cause only
   * another TaskError, and of `details` nothing that is as the API sent it (`paramJson`, `createTime` and `completeTime` are null).
   * {@link TaskError.from} makes an error of it again.
   */
  toJSON(): PlainTaskError;
}

/**
 * Every failure but an abort, which rejects with the signal's own reason. No message and no field but `details.paramJson` quotes the prompt,
 * as far as a reply has told it, and none quotes an API key of eight characters or more. `kind` says which it is: with `"task-failed"`
 * there are `details`, with `"timed-out"` a `handle`.
 */
export type TaskError =
  | TaskErrorOf<"task-failed", TaskDetails, TaskHandle | null>
  | TaskErrorOf<"timed-out", TaskDetails | null, TaskHandle>
  | TaskErrorOf<Exclude<TaskErrorKind, "task-failed" | "timed-out">, TaskDetails | null, TaskHandle | null>;

/** The fields of an error that is made by hand, in tests of your own. What is left out has a default that fits its kind. */
export interface TaskErrorOptions<Kind extends TaskErrorKind = TaskErrorKind> {
  /** Default `"network"`. */
  kind?: Kind | undefined;
  /** Default "". */
  taskId?: string | undefined;
  /** Default: whether the kind is one that may pass. */
  retryable?: boolean | undefined;
  httpStatus?: number | null | undefined;
  code?: number | string | null | undefined;
  apiMessage?: string | undefined;
  retryAfterMs?: number | null | undefined;
  /** Default: for `"task-failed"` those of a task with `taskId`, `code` and `apiMessage` that has failed, else null. */
  details?: TaskDetails | null | undefined;
  attempts?: number | undefined;
  elapsedMs?: number | undefined;
  /** Default: for `"timed-out"` one of `taskId` whose deadline is now, else null. */
  handle?: TaskHandle | null | undefined;
  cause?: unknown;
}

/** What `toJSON` of a TaskError gives. Instants are texts, as in JSON. */
export interface PlainTaskError {
  name: "TaskError";
  message: string;
  kind: TaskErrorKind;
  taskId: string;
  retryable: boolean;
  httpStatus: number | null;
  code: number | string | null;
  apiMessage: string;
  retryAfterMs: number | null;
  details: object | null;
  attempts: number;
  elapsedMs: number;
  handle: TaskHandle | null;
  /** Of a time-out: the failure that was last. */
  cause?: PlainTaskError;
}

interface TaskErrorConstructor {
  /**
   * For your own tests: the package makes its errors itself.
   *
   * @example
   * mock.mockRejectedValue(new TaskError("too late", { kind: "timed-out", taskId: "t" }));
   */
  new <Kind extends TaskErrorKind = "network">(message?: string, options?: TaskErrorOptions<Kind>): Extract<TaskError, { kind: Kind }> extends never
    ? TaskErrorOf<Kind, TaskDetails | null, TaskHandle | null>
    : Extract<TaskError, { kind: Kind }>;
  readonly prototype: TaskError;
  /**
   * The error that `toJSON` made plain, after `postMessage`, a structured clone or JSON. Throws a TaskError of kind `"invalid-argument"`
   * where it is no such thing.
   *
   * @example
   * worker.on("message", ({ error }) => reject(TaskError.from(error))); // there: postMessage({ error: error.toJSON() })
   */
  from(plain: PlainTaskError): TaskError;
}

export declare const TaskError: TaskErrorConstructor;

/**
 * A handle out of a storage: an object, or its JSON text. Null where it is damaged, of another version or no handle at all. Never throws.
 *
 * @example
 * const handle = parseTaskHandle(localStorage.getItem("task"));
 * const task = await waitForTask(handle ?? taskId);
 */
export function parseTaskHandle(value: unknown): TaskHandle | null;
