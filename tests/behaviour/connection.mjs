// @ts-check
/** What is sent, and where to: ids, keys, addresses, a fetch of the caller's own. */

import { between, is, matches, ok, pause, rejection, same } from "./check.mjs";
import { UNSENT, answering, askedFor, failure, fresh, inPage, notInPages, pagesOnly, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */

const PATH = "/api/v1/nanobanana/record-info";
const IDS = [
  "a/b", "../../secret", "..", "a?b=c", "a&taskId=b", "a#b", "a%2Fb", "100%", "a b", " a ", "a+b", "a\0b", "a\nb", "a\\b", "a;b", "a=b", "'\"<>", "任務", "🍌", "é", "x".repeat(256),
];

/** @type {Behaviour[]} */
export const connection = [
  {
    name: "connection: any id arrives intact, as the value of one query field",
    async run(world) {
      await Promise.all(IDS.map(async (id) => {
        const marked = id.length === 256 ? id : `${id}${crypto.randomUUID().slice(0, 8)}`;
        // No such scenario: the simulator knows no task of that id, and writes down which it was.
        await failure(world, world.api.getTaskDetails(marked, reaching(world)), { kind: "not-found", taskId: marked });
        is((await world.log(marked)).looks.length, 1, `looks at ${JSON.stringify(id)}`);
        const fetch = answering(success());
        await world.api.getTaskDetails(marked, { baseUrl: world.baseUrl, fetch });
        const { pathname, searchParams } = new URL(fetch.requests[0]?.url ?? "");
        same([pathname, [...searchParams]], [PATH, [["taskId", marked]]], "path and query");
      }));
    },
  },
  {
    name: "connection: the request says no more than it must",
    async run(world) {
      const taskId = fresh("success");
      await world.api.getTaskDetails(taskId, reaching(world));
      const headers = (await world.log(taskId)).looks[0]?.headers ?? [];
      ok(["authorization", "accept", "user-agent"].every((name) => headers.includes(name)), `headers ${headers}`);
      ok(!headers.includes("cookie"), `headers ${headers}`);
      is(headers.includes("origin"), inPage(world), `only a page says where it is from: headers ${headers}`);
      const fetch = answering(success());
      await world.api.getTaskDetails("t", reaching(world, { fetch }));
      await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch });
      const [keyed, bare] = fetch.requests;
      ok(keyed && bare, "two requests");
      same([keyed.method, keyed.headers.get("authorization"), keyed.headers.get("accept"), keyed.redirect], ["GET", `Bearer ${world.key}`, "application/json", "manual"], "with a key");
      same([bare.headers.get("authorization"), bare.redirect], [null, "follow"], "without one");
      const userAgent = keyed.headers.get("user-agent");
      if (inPage(world)) same([userAgent, keyed.cache], [null, "no-store"], "the browser's own user agent, and nothing of its cache");
      else matches(userAgent, /^Mozilla\/5\.0 \(compatible; nanobanana-task\/\d/, "the user agent");
      ok(keyed.signal instanceof AbortSignal, "the request has a signal");
    },
  },
  {
    name: "connection: a key is taken without the blanks around it",
    async run(world) {
      is((await world.api.getTaskDetails(fresh("success"), { baseUrl: world.baseUrl, apiKey: ` ${world.key}\n` })).status, "SUCCESS", "status");
    },
  },
  {
    name: "connection: an apiKey function is asked before each request",
    async run(world) {
      const taskId = fresh("script.pending.http-502.success");
      /** @type {unknown[]} */
      const asked = [];
      const keys = [world.key, Promise.resolve(world.key), pause(20).then(() => world.key)];
      const apiKey = function (/** @type {unknown[]} */ ...given) {
        // @ts-expect-error what `this` is, is the question
        asked.push([this, given.length]);
        return /** @type {string} */ (keys[asked.length - 1]);
      };
      await world.api.waitForTask(taskId, { baseUrl: world.baseUrl, apiKey });
      same(asked, [[undefined, 0], [undefined, 0], [undefined, 0]], "this and arguments, each time");
      ok((await world.log(taskId)).looks.every((look) => look.rightKey), "the right key each time");
      const fetch = answering(record(), success());
      let turn = 0;
      await world.api.waitForTask("t", { baseUrl: world.baseUrl, fetch, apiKey: () => `key-${++turn}` });
      same(fetch.requests.map((request) => request.headers.get("authorization")), ["Bearer key-1", "Bearer key-2"], "keys sent");
    },
  },
  {
    name: "connection: what an apiKey function throws is a passing failure and told",
    async run(world) {
      const thrown = new Error("the vault is sealed");
      const fetch = answering(success());
      for (const apiKey of [() => { throw thrown; }, () => Promise.reject(thrown), async () => { throw thrown; }]) {
        await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch, apiKey }), {
          kind: "network", taskId: "t", retryable: true, httpStatus: null, code: null, cause: thrown,
        });
      }
      is(fetch.requests.length, 0, "requests");
      let asked = 0;
      const apiKey = () => {
        if (++asked === 1) throw thrown;
        return world.key;
      };
      is((await world.api.waitForTask("t", { baseUrl: world.baseUrl, fetch, apiKey })).status, "SUCCESS", "a wait rides it out");
    },
  },
  {
    name: "connection: rubbish from an apiKey function is the caller's mistake",
    async run(world) {
      const fetch = answering(success());
      for (const given of [undefined, null, 5, {}, [], "", "two words", "line\nbreak", "clé", new String("k")]) {
        for (const call of /** @type {const} */ (["getTaskDetails", "waitForTask"])) {
          const error = await failure(world, world.api[call]("t", { baseUrl: world.baseUrl, fetch, apiKey: /** @type {any} */ (() => given) }), {
            kind: "invalid-argument", taskId: "t", retryable: false, handle: null,
          });
          ok(error.message.includes("apiKey"), "the message names it");
        }
      }
      is(fetch.requests.length, 0, "requests");
    },
  },
  {
    name: "connection: an own fetch is called with this undefined, a URL as text, and what a RequestInit has",
    async run(world) {
      /** @type {unknown[]} */
      let seen = [];
      const fetch = function (/** @type {unknown[]} */ ...given) {
        // @ts-expect-error what `this` is, is the question
        seen = [this, ...given];
        return Promise.resolve(Response.json(success()));
      };
      await world.api.getTaskDetails("t", reaching(world, { fetch }));
      const [self, url, { signal, headers, ...init }, ...more] = /** @type {[unknown, unknown, any, ...unknown[]]} */ (seen);
      same([self, url, more], [undefined, `${world.baseUrl}${PATH}?taskId=t`, []], "this, the URL, further arguments");
      same(init, { method: "GET", redirect: "manual", ...(inPage(world) && { cache: "no-store" }) }, "the init");
      ok(signal instanceof AbortSignal && !signal.aborted, "the signal");
      is(Object.getPrototypeOf(headers), Object.prototype, "the headers are a plain object");
      same([headers.accept, headers.authorization], ["application/json", `Bearer ${world.key}`], "the headers");
    },
  },
  {
    name: "connection: an own fetch may throw or reject with anything",
    async run(world) {
      for (const thrown of [new Error("mine"), "text", 5, null, { code: "ECONNRESET" }]) {
        for (const fetch of [() => { throw thrown; }, () => Promise.reject(thrown)]) {
          await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch }), { kind: "network", retryable: true, cause: thrown });
        }
      }
      const nothing = await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: () => Promise.reject(undefined) }), { kind: "network" });
      is(nothing.cause, undefined, "the cause");
    },
  },
  {
    name: "connection: what an own fetch throws is repeated in the message, on one line, cut short and without the key",
    async run(world) {
      const said = async (/** @type {unknown} */ thrown) =>
        (await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch: () => Promise.reject(thrown) })), { kind: "network" })).message;
      ok((await said(new TypeError("handlers.find is not a function"))).includes("handlers.find is not a function"), "an error's text");
      ok((await said("just text")).includes("just text"), "a text");
      ok((await said(new Error("outer", { cause: new Error("inner", { cause: Object.assign(new Error(""), { code: "EINNERMOST" }) }) }))).includes("EINNERMOST"), "the innermost");
      const joined = await said(Object.assign(new Error(""), { code: "ECONNREFUSED", errors: [new Error("refused at ::1"), new Error("refused at 127.0.0.1")] }));
      ok(joined.includes("refused at ::1"), `of several: ${joined}`);
      const long = await said(new Error(`line\none ${"x".repeat(5_000)}`));
      ok(long.length < 600 && !long.includes("\n"), `${long.length} characters`);
      const keyed = await said(new Error(`bad header: Bearer ${world.key}`));
      ok(keyed.includes("bad header: Bearer [key]") && !keyed.includes(world.key), keyed);
      const hidden = await said(Object.defineProperty(new Error("mine"), "code", { get() { throw new Error(world.key); } }));
      ok(hidden.includes("may hold the key"), `that there is no cause: ${hidden}`);
      ok(!(await said(new Error("plain"))).includes("may hold the key"), "only there");
      const odd = await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => undefined) }), { kind: "network" });
      ok(odd.message.includes("fetch gave no Response"), odd.message);
    },
  },
  {
    name: "connection: an own fetch may give what is no Response, at once or later, and be an object like one",
    async run(world) {
      for (const given of [undefined, null, 5, "text", {}, [], { status: 200 }, { text: "no function" }, { text() { throw new Error("mine"); } }, { status: 200, text: () => Promise.reject(new Error("mine")) }]) {
        await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => given) }), { kind: "network", retryable: true });
      }
      const like = { status: 200, headers: new Headers(), text: async () => JSON.stringify(success()) };
      for (const given of [like, Promise.resolve(like), { ...like, headers: undefined }, { ...like, text: () => JSON.stringify(success()) }]) {
        is((await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => given) })).status, "SUCCESS", "status");
      }
      const made = { status: 200, json: async () => success() };
      for (const given of [made, { ...made, headers: {} }, { ...made, json: () => success() }]) {
        is((await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => given) })).status, "SUCCESS", "status without text()");
      }
      const refused = { status: 429, json: async () => ({ code: 429, msg: "slower", data: null }) };
      for (const headers of [new Headers({ "Retry-After": "7" }), new Map([["Retry-After", "7"]]), new Map([["retry-after", 7]]), { "Retry-After": "7" }, { "retry-after": 7 }]) {
        const fetch = /** @type {any} */ (() => ({ ...refused, headers }));
        await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch }), { kind: "rate-limited", retryAfterMs: 7_000 });
      }
      for (const json of [undefined, 5, () => { throw new Error("mine"); }, () => Promise.reject(new Error("mine"))]) {
        await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => ({ ...made, json })) }), { kind: "network", retryable: true });
      }
      for (const text of [undefined, null, 5, {}, Symbol("t")]) {
        await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => ({ ...like, text: () => text })) }), { kind: "invalid-reply" });
      }
    },
  },
  {
    name: "connection: a status that is no number counts as none",
    async run(world) {
      const like = { headers: new Headers(), text: async () => JSON.stringify(success()) };
      for (const status of [undefined, null, NaN, 200n, Symbol("s"), "200", {}, { valueOf() { throw new Error("mine"); } }]) {
        is((await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: /** @type {any} */ (() => ({ ...like, status })) })).status, "SUCCESS", "status");
      }
      const thrown = new Error("mine");
      const fetch = /** @type {any} */ (() => ({ ...like, get status() { throw thrown; } }));
      await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch }), { kind: "network", retryable: true, cause: thrown });
    },
  },
  {
    name: "connection: promises of the caller's own may throw when they are asked",
    async run(world) {
      const thrown = new Error("mine");
      const get = () => { throw thrown; };
      for (const [member, how] of /** @type {const} */ ([["constructor", { get }], ["then", { get }], ["then", { value: get }]])) {
        const odd = (/** @type {unknown} */ value) => Object.defineProperty(Promise.resolve(value), member, how);
        const like = { status: 200, headers: new Headers(), text: () => odd(JSON.stringify(success())) };
        for (const options of [{ fetch: () => odd(like) }, { fetch: () => like }, { apiKey: () => odd("key"), fetch: answering(success()) }]) {
          const promise = world.api.getTaskDetails("t", { baseUrl: world.baseUrl, requestTimeoutMs: 2_000, .../** @type {any} */ (options) });
          // A promise that is awaited is not asked for its own `then`.
          if (member === "then" && (await promise.then(() => true, () => false))) continue;
          // WebKit never comes back to who awaits such a promise: there a request's own limit ends the look.
          await failure(world, promise, { kind: "network", retryable: true, ...(world.engine !== "webkit" && { cause: thrown }) });
        }
      }
    },
  },
  {
    name: "connection: a request that takes too long is cut off by its signal",
    async run(world) {
      /** @type {RequestInit | undefined} */
      let seen;
      const fetch = (/** @type {string} */ _input, /** @type {RequestInit} */ init) => {
        seen = init;
        return /** @type {Promise<Response>} */ (new Promise(() => {}));
      };
      const began = Date.now();
      await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch, requestTimeoutMs: 200 }), { kind: "network", retryable: true });
      between(Date.now() - began, 190, 600, "ms");
      is(seen?.signal?.aborted, true, "the request's signal");
    },
  },
  {
    name: "connection: the global fetch is found when it is called, with its own this",
    alone: true,
    async run(world) {
      const real = globalThis.fetch;
      const own = answering(success());
      /** @type {unknown} */
      let self = null;
      globalThis.fetch = /** @type {any} */ (function (/** @type {string} */ input, /** @type {RequestInit} */ init) {
        // @ts-expect-error what `this` is, is the question
        self = this;
        return own(input, init);
      });
      try {
        const taskId = fresh("pending");
        is((await world.api.getTaskDetails(taskId, reaching(world))).status, "SUCCESS", "status");
        is(askedFor(own.requests[0]), taskId, "the id asked for");
      } finally {
        globalThis.fetch = real;
      }
      ok(self === undefined || self === globalThis, "this");
      is((await world.api.getTaskDetails(fresh("pending"), reaching(world))).status, "GENERATING", "status through the real one");
    },
  },
  {
    name: "connection: signals of a class that the runtime's fetch does not know, as in jsdom, break no call",
    alone: true,
    async run(world) {
      class ForeignSignal extends EventTarget {
        aborted = false;
        /** @type {unknown} */
        reason = undefined;
      }
      class ForeignController {
        signal = new ForeignSignal();
        /** @param {unknown} reason */
        abort(reason) {
          this.signal.aborted = true;
          this.signal.reason = reason;
          this.signal.dispatchEvent(new Event("abort"));
        }
      }
      const real = { AbortController, AbortSignal };
      Object.assign(globalThis, { AbortController: ForeignController, AbortSignal: ForeignSignal });
      try {
        const wraps = (/** @type {string} */ input, /** @type {RequestInit} */ init) => globalThis.fetch(input, init);
        for (const fetch of [undefined, wraps]) {
          const taskId = fresh("success");
          is((await world.api.getTaskDetails(taskId, reaching(world, { fetch }))).status, "SUCCESS", "status");
          is((await world.log(taskId)).looks.length, 1, "requests");
        }
        await failure(world, world.api.getTaskDetails(fresh("silent"), reaching(world, { requestTimeoutMs: 200 })), { kind: "network" });
        const controller = new ForeignController();
        setTimeout(() => controller.abort("enough"), 100);
        const signal = /** @type {any} */ (controller.signal);
        is(await rejection(world.api.waitForTask(fresh("silent"), reaching(world, { signal }))), "enough", "the reason");
      } finally {
        Object.assign(globalThis, real);
      }
    },
  },
  {
    name: "connection: baseUrl with a prefix, a slash at its end, as a URL",
    async run(world) {
      const { origin } = new URL(world.baseUrl);
      for (const [baseUrl, expected] of /** @type {[string | URL, string][]} */ ([
        [origin, PATH], [`${origin}/`, PATH], [`${origin}//`, PATH], [`${origin}/a/b`, `/a/b${PATH}`], [`${origin}/a/b/`, `/a/b${PATH}`], [`${origin}/a%20b`, `/a%20b${PATH}`],
        [new URL(origin), PATH], [new URL(`${origin}/a/`), `/a${PATH}`], [` ${origin} `, PATH], [`${origin}?`, PATH], [`${origin}/x/../y`, `/y${PATH}`],
      ])) {
        const fetch = answering(success());
        await world.api.getTaskDetails("t", { baseUrl, fetch });
        same(fetch.requests[0]?.url, `${origin}${expected}?taskId=t`, `the address for ${baseUrl}`);
      }
      is((await world.api.getTaskDetails(fresh("success"), { apiKey: world.key, baseUrl: new URL(world.baseUrl) })).status, "SUCCESS", "a URL, over the wire");
    },
  },
  {
    name: "connection: outside a page the default is the API itself",
    notIn: notInPages("a page's default is its own origin, which the next one looks at"),
    async run(world) {
      const fetch = answering(success());
      await world.api.getTaskDetails("t", { fetch });
      is(fetch.requests[0]?.url, `https://api.nanobananaapi.ai${PATH}?taskId=t`, "the address");
    },
  },
  {
    name: "connection: a page's worker asks and sends as its page does, and takes no key either",
    notIn: pagesOnly("nothing but a page has workers of a browser's"),
    async run(world) {
      const worker = new Worker(new URL("../engines/worker.mjs", import.meta.url), { type: "module" });
      const told = await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(`the worker: ${message}`));
        worker.postMessage({ baseUrl: world.baseUrl, apiKey: world.key, taskId: fresh("success") });
      }).finally(() => worker.terminate());
      const { origin } = globalThis.location;
      const init = { method: "GET", headers: { accept: "application/json" }, cache: "no-store" };
      same(told.plain, { url: `${origin}${PATH}?taskId=t`, init }, "without any option");
      same(told.path, { url: `${origin}/gateway${PATH}?taskId=t`, init }, "with a path alone");
      same([told.keyed.kind, told.keyed.message.includes("dangerouslyAllowBrowser")], ["invalid-argument", true], "with a key");
      is(told.allowed, "SUCCESS", "with a key that may be lost, over the wire");
    },
  },
  {
    name: "connection: in a page the default is its own origin, and a path begins there",
    notIn: pagesOnly("nothing but a page has an origin of its own"),
    async run(world) {
      const { origin } = globalThis.location;
      for (const [baseUrl, expected] of [["", origin], ["/", origin], ["/gateway/", `${origin}/gateway`], ["//host/x", "http://host/x"]]) {
        const fetch = answering(success());
        await world.api.getTaskDetails("t", { fetch, ...(baseUrl && { baseUrl }) });
        is(fetch.requests[0]?.url, `${expected}${PATH}?taskId=t`, `the address for ${baseUrl}`);
      }
    },
  },
  ...(/** @type {const} */ (["redirect-other", "redirect-same"])).map((scenario) => /** @type {Behaviour} */ ({
    name: `connection: no key follows ${scenario}`,
    async run(world) {
      const taskId = fresh(scenario);
      const error = await failure(world, world.api.getTaskDetails(taskId, reaching(world)), { kind: "invalid-reply", retryable: true, details: null, attempts: 1 });
      ok(error.httpStatus === 302 || error.httpStatus === null, `httpStatus ${error.httpStatus}`);
      ok(error.message.includes("baseUrl"), "the message says what to do");
      const log = await world.log(taskId);
      is(log.looks.length, 1, "requests");
      is(log.otherOrigin.looks.length, 0, "requests at the other origin");
    },
  })),
  {
    name: "connection: without a key a redirect to another origin is followed, and no key goes there",
    async run(world) {
      const taskId = fresh("redirect-other");
      // The simulator lets nobody in without the key, so the redirect comes from a fetch that adds it, as a gateway of the caller's would.
      const fetch = (/** @type {string} */ input, /** @type {RequestInit} */ init) => globalThis.fetch(input, { ...init, headers: { authorization: `Bearer ${world.key}` } });
      const details = await world.api.getTaskDetails(taskId, { baseUrl: world.baseUrl, fetch });
      is(details.status, "SUCCESS", "status");
      const { otherOrigin } = await world.log(taskId);
      is(otherOrigin.looks.length, 1, "requests at the other origin");
      is(details.response?.resultImageUrl, `${world.otherOrigin}/not-the-picture.png`, "its picture");
    },
  },
];
