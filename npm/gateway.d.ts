/** How a page's looks reach the API without the key ever reaching the page. */
export interface GatewayOptions {
  /**
   * The account's API key, or a function that is asked for it before each look. It goes to {@link GatewayOptions.upstream} alone. With
   * {@link GatewayOptions.tasks} their environment has the key for looks, and this one is for what `callbackUrl` makes of it. Where it is
   * missing or empty, every request is answered with a 500 that says so, and who waits is told at once: a Worker without its secret starts
   * all the same.
   */
  apiKey: string | (() => string | Promise<string>) | undefined;
  /**
   * The origins whose pages may ask besides the gateway's own (their preflights are answered), or "*" for every one. Default: none. A request
   * that comes from no page is for {@link GatewayOptions.authorize}.
   */
  allowedOrigins?: string[] | "*";
  /**
   * Who may ask. Called for each request, before anything is looked up, kept answers included. True lets it pass; false is a 403; a `Response`
   * is given to the caller as it is (in Workers it has to be a new one each time). Where it throws, the caller gets a 500 without a reason.
   */
  authorize?: (request: Request) => boolean | Response | Promise<boolean | Response>;
  /**
   * The most requests that one instance of the gateway sends to the API in a second, whatever it is
   * asked for: all its visitors share one client. Default 5, because a sister of the API allows ten
   * a second and key; Infinity for no limit. Where the API asks to be left alone, nothing is sent
   * meanwhile. A poll beyond the budget waits for its turn for up to 5 s. Where that would take
   * longer, it is answered with the last known state, up to a minute old, and the header `Age`; or
   * else with 503. Both say in `Retry-After` when the task's turn comes, another time for each
   * task; with a state it is 10 s at most, but for what is left of a pause that the API has asked
   * for. In Cloudflare Workers each isolate is an instance. Not together with `tasks`, whose
   * objects poll by themselves.
   */
  maxRequestsPerSecond?: number;
  /**
   * Requests of one caller, evenly over the minute, for each instance of the gateway; what is more
   * is a 429 with `Retry-After`. What `authorize` refuses is counted apart. Default 300; Infinity for no limit. A stream that is held counts
   * as one every five seconds, and as two as it begins. Not applied where callers cannot be told
   * apart, because it would be one limit for all of them: then each task (one request a second) and
   * the whole gateway (`maxRequestsPerSecond`) are limited alone, and one warning on the console
   * says so.
   */
  maxRequestsPerMinute?: number;
  /**
   * What stands between the callers and the gateway: how many proxies that append to
   * `X-Forwarded-For`, counted from the gateway outwards (addresses that a caller has forged stand
   * further left and are not read), or the name of a header in which one proxy puts the caller's
   * address, like "X-Real-IP". 0 says that there is none: every address is the caller's own,
   * whatever the request claims. By default no such header is read, and addresses of this machine
   * and of private networks count as a proxy's, as does each where the request says that it came
   * through one. A proxy's visitors cannot be told apart.
   */
  trustProxy?: number | string;
  /**
   * What tells one caller from another. Default: the address, as Cloudflare, Deno, Bun, SvelteKit
   * and Hono's Node adapter vouch for it, or the proxy that `trustProxy` names; elsewhere, as in
   * Next.js, callers cannot be told apart. `context` is whatever the framework passes beside the
   * request. Return an address, or an id that you have verified, such as a session's user: a caller
   * who can invent ids has a new limit with each, and ten thousand of them within a minute make
   * the gateway forget the others' counts.
   */
  callerId?: (request: Request, context: any) => string | Promise<string>;
  /**
   * Keeps the state of a task that has ended for five minutes and of one that runs for a second, in
   * memory, and the latter for a minute as the last known state. Default true.
   */
  cache?: boolean;
  /** Hands on `paramJson`, which holds the prompt. Default false. */
  paramJson?: boolean;
  /**
   * Hands on what the API says of a failure in its own words (`msg` and `errorMessage`). These can quote the prompt,
   * which is looked for and taken out, but is not found in every spelling. Default false: callers get a fixed text for
   * each code. Not together with `tasks`, whose class has the same as a field.
   */
  apiMessages?: boolean;
  /**
   * Answers `GET …/result?taskId=` with the result picture itself, so that a page can draw it on a canvas; an `<img>` in a page of another
   * origin needs `crossorigin`, by which browsers say whose page it is. Default false. With `hosts` pictures are fetched from these hosts
   * alone (one or more; "host:port" for a port that is not 80 or 443); without it from public names, and in Node, Deno and Bun only where
   * these lead to public addresses. With `public` shared caches may keep pictures, which then everybody may have; without it only the
   * caller's browser may, and with {@link GatewayOptions.authorize} nobody.
   */
  picture?: boolean | { hosts?: string[]; public?: boolean };
  /** Where the API is. Default "https://api.nanobananaapi.ai". May carry a path prefix. Not together with `tasks`, whose environment says it. */
  upstream?: string | URL;
  /**
   * What comes before `/api/v1/nanobanana/` in the paths that the gateway answers, like "/images".
   * Default: nothing. Each path is answered with and without a slash at its end, so that a guard
   * which goes by the path has to cover both, as `new URL(request.url).pathname` has them. Every
   * other path is a 404.
   */
  basePath?: string;
  /**
   * In Cloudflare Workers: the binding of `NanoBananaTask` from `nanobanana-task/durable-object`. One object for each task then looks for all
   * who ask, on any isolate, and a request that accepts `text/event-stream` is told of each change as it is seen. It looks by its own
   * environment: see `TaskEnvironment`. Not together with `paramJson` or `upstream`.
   */
  tasks?: TaskNamespace | undefined;
}

/** A Durable Object's binding, as far as it is used. */
export interface TaskNamespace {
  idFromName(name: string): unknown;
  get(id: any): { fetch(request: Request): Promise<Response> };
}

/**
 * What the gateway uses of the second argument that runtimes and frameworks pass to a fetch handler, wherever it finds
 * it. Anything else may be passed too, and is ignored.
 */
export interface GatewayContext {
  /** Cloudflare Workers, Vercel: keeps a look going that others wait for. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Deno. */
  remoteAddr?: { hostname?: string };
  /** Bun. */
  requestIP?(request: Request): { address: string } | null;
  /** Hono's Node adapter. */
  incoming?: { socket?: { remoteAddress?: string | undefined } };
  /** SvelteKit's event. */
  getClientAddress?(): string;
}

/**
 * A fetch handler that answers `GET …/api/v1/nanobanana/record-info?taskId=` as the API does, with the key added here. Of the request the
 * task id alone goes on; everything that is refused is JSON, `{code, msg, data: null}`.
 *
 * ```ts
 * import { env } from "cloudflare:workers";
 * import { createGateway } from "nanobanana-task/gateway";
 *
 * const gateway = createGateway({ apiKey: () => env.NANOBANANA_API_KEY });
 *
 * export default { fetch: (request, env, context) => gateway(request, context) } satisfies ExportedHandler<Env>;
 * ```
 *
 * Create it once: what it keeps and counts is its own. Throws a `TaskError` of kind `"invalid-argument"` for
 * options that cannot be.
 */
export declare function createGateway(options: GatewayOptions): (request: Request, context?: unknown) => Promise<Response>;

/**
 * An address to give to the API as `callBackUrl` when a task is created: another one each time. What comes there makes the gateway that has
 * {@link GatewayOptions.tasks} look at the task at once, for those who watch it; nothing that it says is believed. The address is made with a
 * secret that is derived from the key, and does not tell the key.
 *
 * ```js
 * const callBackUrl = await callbackUrl("https://app.example", env.NANOBANANA_API_KEY);
 * ```
 *
 * `base` is where the gateway answers, with its {@link GatewayOptions.basePath}.
 */
export declare function callbackUrl(base: string | URL, apiKey: string): Promise<string>;
