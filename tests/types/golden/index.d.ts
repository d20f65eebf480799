export type TaskStatus = "GENERATING" | "SUCCESS" | "CREATE_TASK_FAILED" | "GENERATE_FAILED" | "UNKNOWN";
export interface TaskBase {
    taskId: string;
    successFlag: number;
    paramJson: string | null;
    operationType: string | null;
    createTime: string | null;
    completeTime: string | null;
    createdAt: Date | null;
    completedAt: Date | null;
    errorCode: number | string | null;
    errorMessage: string | null;
}
export interface GeneratingTask extends TaskBase {
    status: "GENERATING";
    response: null;
}
export interface SucceededTask extends TaskBase {
    status: "SUCCESS";
    response: {
        resultImageUrl: string;
        originImageUrl: string | null;
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
export type TaskDetails = GeneratingTask | SucceededTask | FailedTask | UnknownTask;
export interface ConnectionOptions {
    apiKey?: string | (() => string | Promise<string>) | undefined;
    dangerouslyAllowBrowser?: boolean | undefined;
    baseUrl?: string | URL | undefined;
    fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
    requestTimeoutMs?: number | undefined;
}
export interface GetOptions extends ConnectionOptions {
    signal?: AbortSignal | undefined;
}
export interface WaitOptions extends GetOptions {
    timeoutMs?: number | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
    notFoundGraceMs?: number | undefined;
    pace?: "gentle" | "normal" | "eager" | undefined;
}
export interface Progress {
    details: TaskDetails | null;
    problem: TaskError | null;
    attempt: number;
    elapsedMs: number;
    nextLookInMs: number | null;
    estimatedProgress: number;
    handle: TaskHandle;
}
export interface TaskHandle {
    v: 1;
    taskId: string;
    startedAt: number;
    deadlineAt: number | null;
}
export function getTaskDetails(taskId: string, options?: GetOptions): Promise<TaskDetails>;
export function waitForTask(task: string | TaskHandle, options?: WaitOptions): Promise<SucceededTask>;
export function watchTask(task: string | TaskHandle, options?: WaitOptions): AsyncIterableIterator<TaskDetails>;
export interface ClientOptions extends ConnectionOptions {
    maxRequestsPerSecond?: number | undefined;
}
export function createClient(options?: ClientOptions): TaskClient;
export interface TaskClient {
    getTaskDetails(taskId: string, options?: {
        signal?: AbortSignal | undefined;
        queueTimeoutMs?: number | undefined;
    }): Promise<TaskDetails>;
    waitForTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): Promise<SucceededTask>;
    watchTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): AsyncIterableIterator<TaskDetails>;
}
export type TaskErrorKind = "task-failed" | "timed-out" | "not-found" | "unauthorized" | "payment-required" | "forbidden" | "bad-request" | "rate-limited" | "server" | "network" | "invalid-reply" | "invalid-argument";
interface TaskErrorOf<Kind extends TaskErrorKind, Details extends TaskDetails | null, Handle extends TaskHandle | null> extends Error {
    readonly name: "TaskError";
    readonly kind: Kind;
    readonly taskId: string;
    readonly retryable: boolean;
    readonly httpStatus: number | null;
    readonly code: number | string | null;
    readonly apiMessage: string;
    readonly retryAfterMs: number | null;
    readonly details: Details;
    readonly attempts: number;
    readonly elapsedMs: number;
    readonly handle: Handle;
    readonly cause?: unknown;
    toJSON(): PlainTaskError;
}
export type TaskError = TaskErrorOf<"task-failed", TaskDetails, TaskHandle | null> | TaskErrorOf<"timed-out", TaskDetails | null, TaskHandle> | TaskErrorOf<Exclude<TaskErrorKind, "task-failed" | "timed-out">, TaskDetails | null, TaskHandle | null>;
export interface TaskErrorOptions<Kind extends TaskErrorKind = TaskErrorKind> {
    kind?: Kind | undefined;
    taskId?: string | undefined;
    retryable?: boolean | undefined;
    httpStatus?: number | null | undefined;
    code?: number | string | null | undefined;
    apiMessage?: string | undefined;
    retryAfterMs?: number | null | undefined;
    details?: TaskDetails | null | undefined;
    attempts?: number | undefined;
    elapsedMs?: number | undefined;
    handle?: TaskHandle | null | undefined;
    cause?: unknown;
}
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
    cause?: PlainTaskError;
}
interface TaskErrorConstructor {
    new <Kind extends TaskErrorKind = "network">(message?: string, options?: TaskErrorOptions<Kind>): Extract<TaskError, {
        kind: Kind;
    }> extends never ? TaskErrorOf<Kind, TaskDetails | null, TaskHandle | null> : Extract<TaskError, {
        kind: Kind;
    }>;
    readonly prototype: TaskError;
    from(plain: PlainTaskError): TaskError;
}
export declare const TaskError: TaskErrorConstructor;
export function parseTaskHandle(value: unknown): TaskHandle | null;
