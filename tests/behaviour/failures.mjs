// @ts-check
/** Every kind of failure, in both layers it comes in, with every field of the error; and what a wait does about each. */

import { is, matches, ok } from "./check.mjs";
import { failure, fresh, inPage, reaching, takesHalf, triesOf } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */

/** How the API says no: with this code as HTTP status, and in the body of an HTTP 200. @type {[code: number, kind: string, retryable: boolean][]} */
const CODES = [
  [400, "bad-request", false],
  [401, "unauthorized", false],
  [402, "payment-required", false],
  [403, "forbidden", false],
  [408, "server", true],
  [422, "bad-request", false],
  [429, "rate-limited", true],
  [433, "rate-limited", true],
  [455, "server", true],
  [500, "server", true],
  [502, "server", true],
  [503, "server", true],
  [505, "server", false],
  [524, "server", true],
];

/** @typedef {[scenario: string, kind: string, retryable: boolean, httpStatus: number | null, code: number | null, says?: RegExp]} Row */

/** @type {Row[]} */
const ROWS = [
  ...CODES.flatMap(([code, kind, retryable]) => /** @type {Row[]} */ ([
    [`http-${code}`, kind, retryable, code, code],
    [`body-${code}`, kind, retryable, 200, code],
  ])),
  ["http-401-message", "unauthorized", false, 401, 401, /You do not have access permissions/],
  ["body-401-message", "unauthorized", false, 200, 401, /You do not have access permissions/],
  ["body-500-parameters", "server", true, 200, 500, /check the parameters/],
  ["http-429-retry", "rate-limited", true, 429, 429],
  ["body-429-retry-date", "rate-limited", true, 200, 429],
  ["not-found", "not-found", true, 404, 404, /Task not found/],
  ["not-found-body", "not-found", true, 200, 404],
  ["not-found-422", "not-found", true, 200, 422, /recordInfo is null/],
  ["not-found-null", "not-found", true, 200, 200],
  ["success-no-url", "invalid-reply", true, 200, 200],
  ["success-empty-url", "invalid-reply", true, 200, 200],
  ["success-no-response", "invalid-reply", true, 200, 200],
  ["success-script-url", "invalid-reply", true, 200, 200],
  ["huge", "invalid-reply", false, 200, null, /larger than 1 MiB/],
  ["html-200", "invalid-reply", true, 200, null],
  ["html-502", "server", true, 502, null],
  ["html-524", "server", true, 524, null],
  ["text-1010", "forbidden", true, 403, null],
  ["spring-404", "invalid-reply", true, 404, null, /baseUrl/],
  ["cut-json", "invalid-reply", true, 200, null],
  ["empty", "invalid-reply", true, 200, null],
  ["json-null", "invalid-reply", true, 200, null],
  ["json-array", "invalid-reply", true, 200, null],
  ["reset", "network", true, null, null],
  ["reset-body", "network", true, null, null],
  ["close", "network", true, null, null],
  ["cut-body", "network", true, null, null],
  ["silent", "network", true, null, null, /400 ms/],
  ["drip-200ms", "network", true, null, null, /400 ms/],
  ["drip-endless", "network", true, null, null, /400 ms/],
];

/** @type {Behaviour[]} */
const looks = ROWS.map(([scenario, kind, retryable, httpStatus, code, says]) => ({
  name: `failures: a look at ${scenario} is ${kind}${retryable ? ", and asking again can help" : ""}`,
  async run(world) {
    const taskId = fresh(scenario);
    const slow = says?.source.includes("400 ms");
    const promise = world.api.getTaskDetails(taskId, reaching(world, slow ? { requestTimeoutMs: 400 } : {}));
    const told = takesHalf(world, scenario) ? { kind: "invalid-reply", httpStatus: 200 } : { kind, httpStatus };
    const error = await failure(world, promise, { ...told, taskId, retryable, code, details: null, attempts: 1, handle: "fresh" });
    is(error.handle?.deadlineAt, error.handle?.startedAt, "a look has no deadline to come: going on means a new span");
    if (says) matches(error.message, says, "the message");
    if (code !== null) ok(error.message.includes(`code ${code}`), `the message leaves the code out: "${error.message}"`);
    if (told.httpStatus !== null) ok(error.message.includes(`HTTP ${told.httpStatus}`), `the message leaves the status out: "${error.message}"`);
    ok(error.message.includes(error.apiMessage), `the message leaves out what the API says: "${error.apiMessage}"`);
    is(error.retryAfterMs !== null, scenario.includes("retry"), `whether the API asks to be left alone, ${error.retryAfterMs} ms`);
    ok(!error.message.includes(taskId), "the message shows the address with its query");
    is("cause" in error, told.kind === "network" && !slow, "a cause");
    is((await world.log(taskId)).looks.length, triesOf(world, scenario), "requests for one look");
  },
}));

/** @type {Behaviour} */
const dated = {
  name: "failures: a Retry-After in any of HTTP's forms is measured by the server's clock",
  async run(world) {
    // The third does not say that it is in GMT.
    const dates = ["Fri, 06 Jan 2040 00:01:00 GMT", "Friday, 06-Jan-40 00:01:00 GMT", "Fri Jan  6 00:01:00 2040"];
    for (const [retryAfter, ms] of [...dates.map((date) => [date, 60_000]), ["7", 7_000], ["soon", null], ["33.1", null], ["2027.5", null]]) {
      const headers = { "Retry-After": String(retryAfter), Date: "Fri, 06 Jan 2040 00:00:00 GMT" };
      const fetch = async () => new Response('{"code":429,"msg":"slower","data":null}', { status: 429, headers });
      const error = await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch })), { kind: "rate-limited" });
      is(error.retryAfterMs, ms, `retryAfterMs of ${retryAfter}`);
    }
  },
};

/** @type {Behaviour} */
const growing = {
  name: "failures: a Retry-After of one second each time does not keep the pauses from growing",
  async run(world) {
    await Promise.all(
      [429, 503].map(async (status) => {
        let requests = 0;
        const fetch = async () => {
          requests += 1;
          return new Response(JSON.stringify({ code: status, msg: "slower", data: null }), { status, headers: { "Retry-After": "1" } });
        };
        await failure(world, world.api.waitForTask("t", reaching(world, { fetch, timeoutMs: 6_000 })), { kind: "timed-out" });
        // One at once, and the next after 5 s where the caller asks too often; else after 1 s, 2 s and 4 s.
        ok(requests >= 2 && requests <= (status === 429 ? 2 : 3), `${status}: ${requests} requests in 6 s`);
      }),
    );
  },
};

/** @type {Behaviour[]} */
const finals = ROWS.filter(([, , retryable]) => !retryable).map(([scenario, kind, , httpStatus, code]) => ({
  name: `failures: a wait ends at ${scenario}`,
  async run(world) {
    const taskId = fresh(scenario);
    await failure(world, world.api.waitForTask(taskId, reaching(world)), {
      kind, taskId, retryable: false, httpStatus, code, details: null, attempts: 1, handle: "fresh",
    });
  },
}));

/**
 * Neither surely passing nor surely final: looked at three times, then told. A page is not shown a redirect's status.
 * @type {[scenario: string, kind: string, httpStatus: number, code: number | null, inPages?: { httpStatus: null }][]}
 */
const UNCLEAR = [
  ["redirect-same", "invalid-reply", 302, null, { httpStatus: null }],
  ["body-500-parameters", "server", 200, 500],
  ["success-no-url", "invalid-reply", 200, 200],
  ["success-empty-url", "invalid-reply", 200, 200],
  ["success-no-response", "invalid-reply", 200, 200],
  ["success-script-url", "invalid-reply", 200, 200],
  ["spring-404", "invalid-reply", 404, null],
];

/** Of the others it is known after three times that they stay. */
const STAYS_OPEN = ["redirect-same", "body-500-parameters"];

/** @type {Behaviour[]} */
const unclear = UNCLEAR.map(([scenario, kind, httpStatus, code, inPages]) => ({
  name: `failures: a wait asks about ${scenario} three times`,
  async run(world) {
    const taskId = fresh(scenario);
    /** @type {(string | undefined)[]} */
    const problems = [];
    const promise = world.api.waitForTask(taskId, reaching(world, {
      onProgress: (/** @type {import("../../pkg/index.js").Progress} */ progress) => void problems.push(progress.problem?.kind),
    }));
    await failure(world, promise, {
      kind, retryable: STAYS_OPEN.includes(scenario), httpStatus, code, attempts: 3, handle: "fresh", ...(inPage(world) && inPages),
    });
    is(problems.join(), Array(3).fill(kind).join(), "problems shown");
    is((await world.log(taskId)).looks.length, 3, "looks");
  },
}));

/** @type {Behaviour[]} */
export const failures = [
  dated,
  growing,
  ...looks,
  ...finals,
  ...unclear,
  {
    name: "failures: a refusal without any key says that none was given",
    async run(world) {
      const error = await failure(world, world.api.getTaskDetails(fresh("success"), { baseUrl: world.baseUrl }), { kind: "unauthorized", retryable: false });
      ok(error.message.includes("no apiKey was given"), error.message);
      const keyed = await failure(world, world.api.getTaskDetails(fresh("success"), { baseUrl: world.baseUrl, apiKey: "not-the-key" }), { kind: "unauthorized" });
      ok(!keyed.message.includes("no apiKey was given"), keyed.message);
    },
  },
  {
    name: "failures: a wrong key",
    async run(world) {
      const taskId = fresh("success");
      await failure(world, world.api.getTaskDetails(taskId, { baseUrl: world.baseUrl, apiKey: "not-the-key" }), { kind: "unauthorized", retryable: false, httpStatus: 401, code: 401 });
      is((await world.log(taskId)).looks[0]?.rightKey, false, "the right key");
    },
  },
];
