// @ts-check
/**
 * What an engine's own fetch throws where no complete reply comes, for the record, because every engine words it differently; and that the
 * package makes the same of it everywhere: a look's "network" failure, which a wait rides out.
 */

import { is, ok, rejection } from "./check.mjs";
import { LATE_MS, failure, fresh, notInPages, pagesOnly, reaching, takesHalf } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */

const PATH = "/api/v1/nanobanana/record-info";

const DENO = "only Deno is told which hosts it may ask";
const { deno: _, ...DENO_ONLY } = { ...pagesOnly(DENO), ...notInPages(DENO) };

/** Addresses that answer nobody. @type {[fault: string, baseUrl: (world: World) => string, notIn?: Behaviour["notIn"]][]} */
const ADDRESSES = [
  ["nobody listens", () => "http://127.0.0.1:2"],
  ["a port that browsers do not try", () => "http://127.0.0.1:1"],
  ["a name that does not exist", () => "http://does-not-exist.invalid"],
  ["no TLS at the other end", ({ baseUrl }) => baseUrl.replace("http:", "https:")],
  ["a host that Deno was not allowed", () => "http://not-allowed.invalid", DENO_ONLY],
];

/** Runtimes whose errors say what happened: pages are told nothing, and workerd tells its log. */
const NAMES_REASONS = ["node", "deno", "bun"];
/** @type {Record<string, RegExp>} */
const HOPELESS = { "a name that does not exist": /ENOTFOUND|dns error/, "no TLS at the other end": /SSL|TLS|InvalidContentType/ };
/** @type {Record<string, RegExp>} */
const REASONS = { ...HOPELESS, "nobody listens": /ECONNREFUSED|Connection refused/ };

/** What the simulator does. @type {[fault: string, scenario: string, notIn?: Behaviour["notIn"]][]} */
const SCENARIOS = [
  ["reset before the reply", "reset"],
  ["closed before the reply", "close"],
  ["reset in mid-body", "reset-body"],
  ["closed in mid-body", "cut-body"],
  ["a reply that the page may not read", "no-cors", pagesOnly("nothing but a page asks whether it may read a reply")],
];

/** Where an abort finds the request. @type {[fault: string, scenario: string][]} */
const ABORTS = [
  ["aborted before the reply", "silent"],
  ["aborted in mid-body", "drip-endless"],
];

/**
 * The engine's own request for the same, body included.
 * @param {World} world
 * @param {string} taskId
 * @param {{ baseUrl?: string, signal?: AbortSignal }} [options]
 */
async function asked({ baseUrl: own, key }, taskId, { baseUrl = own, signal } = {}) {
  const url = `${baseUrl}${PATH}?taskId=${taskId}`;
  const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` }, ...(signal && { signal }) });
  return reply.text();
}

/**
 * What differs from run to run: our addresses and ids, and the numbers that Node and workerd give their errors.
 * @type {[RegExp, string][]}
 */
const PASSING = [
  [/127\.0\.0\.1:\d{3,}/g, "HOST"],
  [/\?taskId=[\w.-]+/g, ""],
  [/\b[0-9A-F]{16}:error:/g, "error:"],
  [/reference = \w+/g, "reference = …"],
  [/\s+/g, " "],
];

/** An error's name, words and code, and those of what lies below it. @param {unknown} error @returns {string} */
function words(error) {
  if (!(error instanceof Error || error instanceof DOMException)) return `${typeof error} ${error}`;
  const { name, message, code, cause } = /** @type {Error & { code?: unknown, cause?: unknown }} */ (error);
  const own = `${name}: ${message}`.trim() + (typeof code === "string" ? ` (${code})` : "");
  const all = cause === undefined || cause === null ? own : `${own} ← ${words(cause)}`;
  return PASSING.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), all);
}

/**
 * A failed look for the network's sake, with what the engine threw below it.
 * @param {World} world
 * @param {Promise<unknown>} look
 * @param {string} told The engine's own words for the same.
 */
async function isNetwork(world, look, told) {
  const error = await failure(world, look, {
    kind: "network", retryable: true, httpStatus: null, code: null, details: null, attempts: 1, handle: "fresh",
  });
  is(words(error.cause), told, "what was thrown below");
}

/** @type {Behaviour[]} */
export const faults = [
  ...ADDRESSES.map(([fault, address, notIn]) => /** @type {Behaviour} */ ({
    name: `faults: ${fault}`,
    ...(notIn && { notIn }),
    async run(world) {
      const baseUrl = address(world);
      const told = words(await rejection(asked(world, "t", { baseUrl })));
      world.tell(fault, told);
      await isNetwork(world, world.api.getTaskDetails("t", reaching(world, { baseUrl })), told);
      const { message } = await failure(world, world.api.getTaskDetails("t", reaching(world, { baseUrl })));
      if (NAMES_REASONS.includes(world.engine)) {
        const reason = REASONS[fault] ?? /./;
        ok(reason.test(message), `the innermost reason: ${message}`);
        is(message.includes("its name does not exist, or its TLS"), fault in HOPELESS, `that it stays so: ${message}`);
      }
      const wait = world.api.waitForTask("t", reaching(world, { baseUrl, timeoutMs: 1_500 }));
      const error = await failure(world, wait, { kind: "timed-out", taskId: "t" });
      ok(error.attempts >= 2, `${error.attempts} looks`);
      ok(error.cause instanceof world.api.TaskError && error.cause.kind === "network", `the cause is ${error.cause}`);
    },
  })),
  ...SCENARIOS.map(([fault, scenario, notIn]) => /** @type {Behaviour} */ ({
    name: `faults: ${fault}`,
    ...(notIn && { notIn }),
    async run(world) {
      const thrown = asked(world, fresh(scenario));
      const look = () => world.api.getTaskDetails(fresh(scenario), reaching(world));
      if (takesHalf(world, scenario)) {
        ok((await thrown).startsWith("{"), "half a reply");
        world.tell(fault, "nothing: what came is taken for the whole");
        await failure(world, look(), { kind: "invalid-reply", retryable: true, httpStatus: 200, code: null, attempts: 1 });
      } else {
        const told = words(await rejection(thrown));
        world.tell(fault, told);
        await isNetwork(world, look(), told);
      }
      // For some seconds and not for one look, because some engines ask again by themselves.
      const taskId = fresh(`script.${scenario}-2s.success`);
      is((await world.api.waitForTask(taskId, reaching(world))).status, "SUCCESS", "status");
    },
  })),
  ...ABORTS.map(([fault, scenario]) => /** @type {Behaviour} */ ({
    name: `faults: ${fault}`,
    async run(world) {
      for (const reason of [undefined, new RangeError("the user left")]) {
        const controllers = [new AbortController(), new AbortController()];
        const [own, ours] = /** @type {[AbortController, AbortController]} */ (controllers);
        let at = 0;
        setTimeout(() => {
          at = Date.now();
          for (const controller of controllers) controller.abort(reason);
        }, 400);
        const [theirs, rejected] = await Promise.all([
          rejection(asked(world, fresh(scenario), { signal: own.signal })),
          rejection(world.api.waitForTask(fresh(scenario), reaching(world, { signal: ours.signal }))),
        ]);
        ok(Date.now() - at <= LATE_MS, `it took ${Date.now() - at} ms`);
        world.tell(`${fault}${reason ? ", with a RangeError as reason" : ""}`, words(theirs));
        is(rejected, ours.signal.reason, "the rejection");
        if (reason) is(rejected, reason, "the reason");
      }
    },
  })),
  {
    name: "faults: half a JSON",
    async run(world) {
      const reason = await rejection(asked(world, fresh("cut-json")).then((text) => new Response(text).json()));
      world.tell("half a JSON", words(reason));
      const look = world.api.getTaskDetails(fresh("cut-json"), reaching(world));
      const error = await failure(world, look, { kind: "invalid-reply", retryable: true, httpStatus: 200 });
      is("cause" in error, false, "a cause");
      is((await world.api.waitForTask(fresh("script.cut-json.success"), reaching(world))).status, "SUCCESS", "status");
    },
  },
];
