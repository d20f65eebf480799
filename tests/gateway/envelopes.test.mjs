// @ts-check
/** Of four hundred random replies a client makes the same through the gateway as directly, but for the differences that HACKING.md lists. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { getTaskDetails, waitForTask } from "../../pkg/index.js";
import { startUpstream } from "../page/upstream.mjs";
import { randomReplies } from "./envelopes.mjs";
import { PLACES } from "./places.mjs";

const BOUND = { timeout: 120_000 };
const SEED = 20_261_129;
const COUNT = 400;
const AT_A_TIME = 20;
const WAITS = 60;
/** Long enough for the pauses between five failures. */
const WAIT_MS = 25_000;
const JSON_TYPE = { "Content-Type": "application/json" };
/**
 * Replies whose class neither kind nor status tells.
 *
 * @type {import("./envelopes.mjs").Reply[]}
 */
const HARD_TO_TELL = [
  { status: 403, headers: JSON_TYPE, body: '[{"x":1}]' },
  { status: 403, headers: JSON_TYPE, body: '{"code":true,"data":{}}' },
  { status: 403, headers: {}, body: "<html>" },
  { status: 505, headers: {}, body: "" },
  { status: 505, headers: JSON_TYPE, body: "{}" },
  { status: 404, headers: JSON_TYPE, body: '{"code":200,"msg":"x","data":[]}' },
  { status: 404, headers: {}, body: "<html>" },
  { status: 302, headers: { Location: "/x" }, body: "" },
  { status: 304, headers: {}, body: "" },
  { status: 401, headers: {}, body: "<html>" },
  { status: 409, headers: {}, body: "<html>" },
  { status: 500, headers: JSON_TYPE, body: '{"code":500,"msg":"parameter error","data":null}' },
  {
    status: 200,
    headers: { ...JSON_TYPE, "Retry-After": "2" },
    body: '{"code":200,"msg":"success","data":{"taskId":"t","successFlag":1,"response":null}}',
  },
  ...[-1, -86_400_000, 0, 7, 1.5, 1e21].map((createTime) => ({
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify({ code: 200, msg: "success", data: { taskId: "t", successFlag: 2, createTime } }),
  })),
];

/**
 * What a call came to, as far as it is to be the same: the message without the address that was asked and what follows it.
 * @typedef {{ kind: string, code: unknown, message: string, apiMessage: string, retryable: boolean, retryAfterMs: number | null }} Outcome
 */

/**
 * The differences by the name that HACKING.md lists them under, each as what it makes of a direct outcome.
 * @type {Record<string, (direct: Outcome, via: Outcome) => Outcome>}
 */
const DIFFERENCES = {
  "no code": (direct, via) => (direct.code === null && typeof via.code === "number" && (via.code === 200 || via.code >= 400) ? { ...direct, code: via.code } : direct),
  address: (direct) => ({ ...direct, message: direct.message.replace("check baseUrl", "check the gateway's option upstream") }),
  words: (direct) => ({ ...direct, apiMessage: "" }),
};
/** What else differs unless the gateway hands on the API's words. */
const OWN_WORDS = ["no code", "address", "words"];
const API_WORDS = ["no code", "address"];

/** @param {string} taskId @param {import("../../pkg/index.js").GetOptions} options @returns {Promise<Outcome>} */
async function outcome(taskId, options) {
  try {
    const { status, response, errorCode, successFlag, createdAt, completedAt } = await getTaskDetails(taskId, options);
    const message = JSON.stringify([response, successFlag, createdAt, completedAt]);
    return { kind: `a task: ${status}`, code: errorCode, message, apiMessage: "", retryable: false, retryAfterMs: null };
  } catch (error) {
    const { kind, code, message, apiMessage, retryable, retryAfterMs } = /** @type {import("../../pkg/index.js").TaskError} */ (error);
    return { kind, code, message: message.replace(/ \(\S*\/record-info[^]*/, ""), apiMessage, retryable, retryAfterMs };
  }
}

/**
 * What a wait came to, and after how many polls where it did not go on to its end.
 *
 * @param {string} taskId
 * @param {import("../../pkg/index.js").WaitOptions} options
 */
async function waited(taskId, options) {
  const given = { ...options, timeoutMs: WAIT_MS, notFoundGraceMs: 3_000 };
  try {
    const { status, response } = await waitForTask(taskId, given);
    return { kind: `a task: ${status}`, response };
  } catch (thrown) {
    const error = /** @type {import("../../pkg/index.js").TaskError} */ (thrown);
    const { kind, retryable, attempts } = error;
    return { kind, retryable, ...(!["timed-out", "not-found"].includes(kind) && { attempts }) };
  }
}

it("HACKING.md lists each difference with its reason, and no other", async () => {
  const text = await readFile(new URL("../../HACKING.md", import.meta.url), "utf8");
  const [, table = ""] = /<!-- gateway-differences -->([^]*?)<!-- \/gateway-differences -->/.exec(text) ?? [];
  const rows = [...table.matchAll(/^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$/gm)].slice(1).filter(([, name]) => !/^-+$/.test(name ?? ""));
  assert.deepEqual(rows.map(([, name]) => name), Object.keys(DIFFERENCES));
  for (const [, name, , reason] of rows) assert.ok((reason ?? "").length > 20, name);
});

for (const [name, start] of Object.entries(PLACES)) {
  describe(`random replies through the gateway in ${name}`, BOUND, () => {
    const replies = [...randomReplies(SEED, COUNT), ...HARD_TO_TELL];
    /** @type {Awaited<ReturnType<typeof startUpstream>>} */
    let upstream;
    /** @type {import("./places.mjs").Place[]} */
    let places = [];

    before(async () => {
      upstream = await startUpstream((request, response) => {
        const { status, headers, body } = /** @type {import("./envelopes.mjs").Reply} */ (replies[Number(new URL(request.url ?? "", "http://x").searchParams.get("taskId"))]);
        response.writeHead(status, headers).end(body);
      });
      const shared = { apiKey: "a-key-that-is-in-no-reply", upstream: upstream.url, maxRequestsPerMinute: 100_000, cache: false, anew: true };
      places = await Promise.all([start(shared), start({ ...shared, apiMessages: true })]);
    }, BOUND);
    after(() => Promise.all([...places.map(({ stop }) => stop()), upstream?.stop()]), BOUND);

    for (const [index, [words, allowed]] of [["its own words", OWN_WORDS], ["the API's words", API_WORDS]].entries()) {
      it(`are told the same in ${words}`, BOUND, async () => {
        /** @type {string[]} */
        const differ = [];
        const one = async (/** @type {number} */ number) => {
          const id = String(number);
          const direct = await outcome(id, { baseUrl: upstream.url, apiKey: "a-key-that-is-in-no-reply" });
          const via = await outcome(id, { baseUrl: places[index]?.url ?? "" });
          const expected = /** @type {string[]} */ (allowed).reduce((seen, each) => DIFFERENCES[each]?.(seen, via) ?? seen, direct);
          try {
            assert.deepEqual(via, expected);
          } catch {
            differ.push(`${JSON.stringify(replies[number])}\n  directly ${JSON.stringify(direct)}\n  here     ${JSON.stringify(via)}`);
          }
        };
        for (let first = 0; first < replies.length; first += AT_A_TIME) {
          const length = Math.min(AT_A_TIME, replies.length - first);
          await Promise.all(Array.from({ length }, (_, offset) => one(first + offset)));
        }
        assert.equal(differ.length, 0, `${differ.length} of ${replies.length} differ:\n${differ.slice(0, 8).join("\n")}`);
      });
    }

    it("end a wait in the same way", BOUND, async () => {
      const random = Array.from({ length: WAITS }, (_, number) => number);
      const fixed = HARD_TO_TELL.map((_, number) => COUNT + number);
      const shared = { maxRequestsPerSecond: 1_000 };
      const direct = { baseUrl: upstream.url, apiKey: "a-key-that-is-in-no-reply", ...shared };
      const gateway = { baseUrl: places[0]?.url ?? "", ...shared };
      /** @type {string[]} */
      const differ = [];
      const one = async (/** @type {number} */ number) => {
        const id = String(number);
        const [expected, via] = await Promise.all([waited(id, direct), waited(id, gateway)]);
        try {
          assert.deepEqual(via, expected);
        } catch {
          differ.push(`${JSON.stringify(replies[number])}\n  directly ${JSON.stringify(expected)}\n  here     ${JSON.stringify(via)}`);
        }
      };
      await Promise.all([...random, ...fixed].map(one));
      assert.equal(differ.length, 0, `${differ.length} differ:\n${differ.join("\n")}`);
    });
  });
}
