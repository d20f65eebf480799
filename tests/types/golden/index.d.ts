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
    }): Promise<TaskDetails>;
    waitForTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): Promise<SucceededTask>;
    watchTask(task: string | TaskHandle, options?: Omit<WaitOptions, keyof ConnectionOptions>): AsyncIterableIterator<TaskDetails>;
}
export type TaskErrorKind = "task-failed" | "timed-out" | "not-found" | "unauthorized" | "payment-required" | "forbidden" | "bad-request" | "rate-limited" | "server" | "network" | "invalid-reply" | "invalid-argument";
export class TaskError extends Error {
    readonly name: "TaskError";
    readonly kind: TaskErrorKind;
    readonly taskId: string;
    readonly retryable: boolean;
    readonly httpStatus: number | null;
    readonly code: number | string | null;
    readonly apiMessage: string;
    readonly retryAfterMs: number | null;
    readonly details: TaskDetails | null;
    readonly attempts: number;
    readonly elapsedMs: number;
    readonly handle: TaskHandle | null;
    readonly cause?: unknown;
}
