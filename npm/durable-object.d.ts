import { DurableObject } from "cloudflare:workers";

/** What the object reads of its Worker's environment. */
export interface TaskEnvironment {
  /** The account's API key, a secret. Without it every look is a 500 that says so. */
  NANOBANANA_API_KEY?: string;
  /** Where the API is. Default "https://api.nanobananaapi.ai". May carry a path prefix. */
  NANOBANANA_BASE_URL?: string;
}

/**
 * One task's Durable Object, to export from your Worker, to bind in wrangler.jsonc and to give to `createGateway` as `tasks`. It looks upstream on
 * its alarm while anybody watches, tells all of them of each change, and stores the last state; it can be evicted between two looks.
 *
 * ```js
 * export { NanoBananaTask } from "nanobanana-task/durable-object";
 * ```
 */
export declare class NanoBananaTask extends DurableObject<TaskEnvironment> {
  /** How long it looks for those who watch, in ms, from the first of them on; whoever comes later begins anew. Default 600 000. */
  protected timeoutMs: number;
  /** The most who may watch one task at a time; the next has the state as it is, and asks again. Default 10 000. */
  protected mostWatchers: number;
  /** How long it keeps what it knows where nobody asks any more, in ms. Default 300 000. */
  protected keepMs: number;
  /** Hands on the API's own words, as the gateway's option of this name does. Default false. */
  protected apiMessages: boolean;
  fetch(request: Request): Promise<Response>;
  alarm(): Promise<void>;
  webSocketMessage(): void;
  webSocketClose(socket: WebSocket): void;
  webSocketError(): void;
}
