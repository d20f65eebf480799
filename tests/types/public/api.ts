// What TypeScript says of the package, wherever it is compiled: each export, used and misused. Nothing of it is ever run.

import {
  TaskError,
  createClient,
  getTaskDetails,
  parseTaskHandle,
  waitForTask,
  type ConnectionOptions,
  type FailedTask,
  type GeneratingTask,
  type GetOptions,
  type PlainTaskError,
  type Progress,
  type SucceededTask,
  type TaskBase,
  type TaskClient,
  type TaskDetails,
  type TaskErrorKind,
  type TaskHandle,
  type TaskStatus,
  type UnknownTask,
  type WaitOptions,
} from "nanobanana-task";

/** Compiles only where the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function proven<_ extends true>(): void;
declare function never(value: never): void;

// getTaskDetails

export async function looks(signal: AbortSignal) {
  const details = await getTaskDetails("id");
  proven<Same<typeof details, TaskDetails>>();
  await getTaskDetails("id", {});
  await getTaskDetails("id", { apiKey: "k", baseUrl: "https://host", requestTimeoutMs: 1, signal, dangerouslyAllowBrowser: false });
  await getTaskDetails("id", { apiKey: () => "k", baseUrl: new URL("https://host"), fetch: (input, init) => fetch(input, init) });
  await getTaskDetails("id", { apiKey: async () => "k", fetch });
  await getTaskDetails("id", { apiKey: undefined, baseUrl: undefined, fetch: undefined, requestTimeoutMs: undefined, signal: undefined });
  // @ts-expect-error an id is needed
  await getTaskDetails();
  // @ts-expect-error an id is text
  await getTaskDetails(1);
  // @ts-expect-error a look goes by an id, not a handle
  await getTaskDetails({ v: 1, taskId: "id", startedAt: 0, deadlineAt: null });
  // @ts-expect-error only waits have a limit of their own
  await getTaskDetails("id", { timeoutMs: 1 });
  // @ts-expect-error only waits show progress
  await getTaskDetails("id", { onProgress() {} });
  // @ts-expect-error a key is text, or a function that gives one
  await getTaskDetails("id", { apiKey: 1 });
  // @ts-expect-error a function for the key gives text
  await getTaskDetails("id", { apiKey: () => undefined });
  // @ts-expect-error what the environment may not hold is not a key
  await getTaskDetails("id", { apiKey: null });
  // @ts-expect-error an address is text or a URL
  await getTaskDetails("id", { baseUrl: 1 });
  // @ts-expect-error a fetch gives a Response
  await getTaskDetails("id", { fetch: async () => "text" });
  // @ts-expect-error a limit is a number
  await getTaskDetails("id", { requestTimeoutMs: "1" });
  // @ts-expect-error a signal, not its controller
  await getTaskDetails("id", { signal: new AbortController() });
  // @ts-expect-error a misspelled option
  await getTaskDetails("id", { apikey: "k" });
}

// waitForTask

export async function waits(handle: TaskHandle, options: WaitOptions) {
  const task = await waitForTask("id");
  proven<Same<typeof task, SucceededTask>>();
  proven<Same<typeof task.status, "SUCCESS">>();
  const url: string = task.response.resultImageUrl;
  await waitForTask(handle, options);
  await waitForTask(JSON.parse(JSON.stringify(handle)) as TaskHandle, { timeoutMs: Infinity, notFoundGraceMs: 0, pace: "gentle", onProgress() {} });
  await waitForTask("id", { timeoutMs: undefined, onProgress: undefined, notFoundGraceMs: undefined, pace: undefined });
  await waitForTask("id", { pace: "normal", onProgress: (progress) => proven<Same<typeof progress, Progress>>() });
  // @ts-expect-error no such pace
  await waitForTask("id", { pace: "fast" });
  // @ts-expect-error a limit is a number
  await waitForTask("id", { timeoutMs: null });
  // @ts-expect-error a handle has all its members
  await waitForTask({ v: 1, taskId: "id", startedAt: 0 });
  // @ts-expect-error a handle of another version
  await waitForTask({ v: 2, taskId: "id", startedAt: 0, deadlineAt: null });
  // @ts-expect-error progress has no such member
  await waitForTask("id", { onProgress: (progress) => progress.percent });
  return url;
}

// Discrimination by status

export function discriminates(details: TaskDetails): string | null {
  proven<Same<TaskDetails["status"], TaskStatus>>();
  // @ts-expect-error whether there is a response is known by the status only
  details.response.resultImageUrl;
  switch (details.status) {
    case "SUCCESS":
      proven<Same<typeof details, SucceededTask>>();
      proven<Same<typeof details.response, { resultImageUrl: string; originImageUrl: string | null; originImageExpiresAt: Date | null }>>();
      return details.response.resultImageUrl;
    case "GENERATING":
      proven<Same<typeof details, GeneratingTask>>();
      proven<Same<typeof details.response, null>>();
      return null;
    case "CREATE_TASK_FAILED":
    case "GENERATE_FAILED":
      proven<Same<typeof details, FailedTask>>();
      proven<Same<typeof details.errorCode, number | string | null>>();
      return details.errorMessage;
    case "UNKNOWN":
      proven<Same<typeof details, UnknownTask>>();
      return String(details.successFlag);
    default:
      never(details);
      return null;
  }
}

export function reads(task: TaskBase) {
  proven<Same<keyof TaskBase, "taskId" | "successFlag" | "paramJson" | "operationType" | "createTime" | "completeTime" | "createdAt" | "completedAt" | "errorCode" | "errorMessage">>();
  proven<Same<typeof task.createdAt, Date | null>>();
  // @ts-expect-error a time may be absent
  task.completedAt.getTime();
  // @ts-expect-error parameters may be absent
  JSON.parse(task.paramJson);
  return task.createdAt?.toISOString();
}

// Options

export function options(connection: ConnectionOptions, get: GetOptions, wait: WaitOptions) {
  proven<Same<keyof ConnectionOptions, "apiKey" | "dangerouslyAllowBrowser" | "baseUrl" | "fetch" | "requestTimeoutMs">>();
  proven<Same<Exclude<keyof GetOptions, keyof ConnectionOptions>, "signal">>();
  proven<Same<Exclude<keyof WaitOptions, keyof GetOptions>, "timeoutMs" | "onProgress" | "notFoundGraceMs" | "pace">>();
  const all: GetOptions[] = [connection, get, wait];
  return all;
}

export function shows(progress: Progress) {
  proven<Same<keyof Progress, "details" | "problem" | "attempt" | "elapsedMs" | "nextLookInMs" | "estimatedProgress" | "handle">>();
  proven<Same<typeof progress.problem, TaskError | null>>();
  proven<Same<typeof progress.nextLookInMs, number | null>>();
  // @ts-expect-error there are no details before the first good look
  progress.details.status;
  const stored: string = JSON.stringify(progress.handle);
  return stored;
}

// createClient

export async function clients() {
  const client: TaskClient = createClient({ apiKey: "k" });
  createClient();
  proven<Same<Awaited<ReturnType<typeof client.getTaskDetails>>, TaskDetails>>();
  proven<Same<Awaited<ReturnType<typeof client.waitForTask>>, SucceededTask>>();
  await client.getTaskDetails("id", { signal: AbortSignal.abort() });
  await client.waitForTask("id", { timeoutMs: 1, onProgress() {}, pace: "eager", notFoundGraceMs: 1 });
  // @ts-expect-error the connection is the client's
  await client.getTaskDetails("id", { apiKey: "k" });
  // @ts-expect-error the connection is the client's
  await client.waitForTask("id", { baseUrl: "https://host" });
  for await (const task of client.watchTask("id", { timeoutMs: 1 })) proven<Same<typeof task, TaskDetails>>();
  createClient({ maxRequestsPerSecond: Infinity });
  // @ts-expect-error the connection is the client's
  client.watchTask("id", { baseUrl: "https://host" });
  // @ts-expect-error a signal belongs to a call
  createClient({ signal: AbortSignal.abort() });
}

// TaskError

export function catches(error: unknown): TaskErrorKind | undefined {
  if (!(error instanceof TaskError)) return undefined;
  const base: Error = error;
  proven<Same<typeof error.name, "TaskError">>();
  proven<Same<typeof error.taskId, string>>();
  proven<Same<typeof error.retryable, boolean>>();
  proven<Same<typeof error.httpStatus, number | null>>();
  proven<Same<typeof error.code, number | string | null>>();
  proven<Same<typeof error.details, TaskDetails | null>>();
  proven<Same<typeof error.attempts, number>>();
  proven<Same<typeof error.elapsedMs, number>>();
  proven<Same<typeof error.handle, TaskHandle | null>>();
  const cause: unknown = error.cause;
  // @ts-expect-error no such kind
  if (error.kind === "timeout") return;
  switch (error.kind) {
    case "task-failed": case "timed-out": case "not-found": case "unauthorized": case "payment-required": case "forbidden":
    case "bad-request": case "rate-limited": case "server": case "network": case "invalid-reply": case "invalid-argument":
      return base && cause ? error.kind : undefined;
    default:
      never(error);
  }
}

export function sets(error: TaskError) {
  // @ts-expect-error fields are not the caller's to set
  error.attempts = 0;
  // @ts-expect-error fields are not the caller's to set
  error.handle = null;
}

export function keeps(handle: TaskHandle) {
  proven<Same<TaskHandle, { v: 1; taskId: string; startedAt: number; deadlineAt: number | null }>>();
  return handle;
}

// Narrowing by kind

export function narrows(error: unknown): string {
  if (error instanceof TaskError && error.kind === "timed-out") return error.handle.taskId;
  if (error instanceof TaskError && error.kind === "task-failed") return error.details.status;
  if (!(error instanceof TaskError)) return "";
  // @ts-expect-error of other kinds there may be no handle
  error.handle.taskId;
  // @ts-expect-error of other kinds there may be no details
  return error.details.status;
}

// TaskErrors made by hand, made plain and made again

export function makes(stored: unknown, plain: PlainTaskError) {
  const boom = new TaskError("boom");
  proven<Same<typeof boom.kind, "network">>();
  const kinds: TaskErrorKind[] = [boom.kind];
  const handle: TaskHandle = new TaskError("late", { kind: "timed-out", taskId: "t" }).handle;
  const details: TaskDetails = new TaskError("no", { kind: "task-failed", code: 501, cause: boom }).details;
  const json: PlainTaskError = boom.toJSON();
  const again: TaskError = TaskError.from(plain);
  const read = parseTaskHandle(stored);
  proven<Same<typeof read, TaskHandle | null>>();
  // @ts-expect-error no such kind
  new TaskError("boom", { kind: "timeout" });
  // @ts-expect-error no such field
  new TaskError("boom", { status: 500 });
  return [kinds, handle, details, json, again];
}
