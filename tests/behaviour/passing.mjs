// @ts-check
/** Answers that look like the end and pass, and waits that have no hope. */

import { between, is, matches, ok } from "./check.mjs";
import { answering, failure, fresh, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("../../pkg/index.js").Progress} Progress */

/** What something in front of the API answers for a moment, and an overloaded store of keys. */
const STRAYS = ["html-404", "html-409", "html-410", "html-499", "html-401", "spring-404", "http-401", "body-401"];

const html = (/** @type {number} */ status) => new Response("<!DOCTYPE html><h1>Sorry</h1>", { status, headers: { "Content-Type": "text/html" } });

/** A reply that came from this address after a redirect. @param {string} url @param {Response} reply */
function from(url, reply) {
  const redirected = { redirected: { value: true }, url: { value: url } };
  return Object.assign(Object.defineProperties(reply, redirected), { clone: () => reply });
}

/** @type {Behaviour[]} */
export const passing = [
  ...STRAYS.map((stray) => /** @type {Behaviour} */ ({
    name: `passing: a wait that was going well goes on after ${stray}`,
    async run(world) {
      const taskId = fresh(`script.pending*1.${stray}*2.success`);
      is((await world.api.waitForTask(taskId, reaching(world))).status, "SUCCESS", "status");
    },
  })),
  ...["html-404", "http-401"].map((stray) => /** @type {Behaviour} */ ({
    name: `passing: a wait that was going well reports ${stray} where that stays, after growing pauses`,
    async run(world) {
      const taskId = fresh(`script.pending*1.${stray}`);
      /** @type {(boolean | undefined)[]} */
      const shown = [];
      const error = await failure(world, world.api.waitForTask(taskId, reaching(world, {
        pace: /** @type {const} */ ("eager"),
        onProgress: (/** @type {Progress} */ { problem }) => void (problem && shown.push(problem.retryable)),
      })), { kind: stray === "http-401" ? "unauthorized" : "invalid-reply", retryable: false, attempts: 5 });
      is(shown.join(), "true,true,true,false", "whether what was shown could pass");
      ok(error.details !== null, "the error leaves out what was known of the task");
      const times = (await world.log(taskId)).looks.map(({ atMs }) => atMs);
      const pauses = times.slice(2).map((at, n) => at - Number(times[n + 1]));
      ok(Number(pauses[1]) > Number(pauses[0]) && Number(pauses[2]) > Number(pauses[1]), `pauses of ${pauses} ms`);
    },
  })),
  {
    name: "passing: a wait that never went well gives a page of HTML a few attempts, and a refused key none",
    async run(world) {
      const taskId = fresh("html-404");
      await failure(world, world.api.waitForTask(taskId, reaching(world)), { kind: "invalid-reply", retryable: false, attempts: 3 });
      is((await world.log(taskId)).looks.length, 3, "looks");
      await failure(world, world.api.waitForTask(fresh("http-401"), reaching(world)), { kind: "unauthorized", attempts: 1 });
    },
  },
  {
    name: "passing: a success a moment before its URL is waited for",
    async run(world) {
      const taskId = fresh("script.pending*1.success-no-url*2.success");
      const { response } = await world.api.waitForTask(taskId, reaching(world));
      ok(response?.resultImageUrl?.startsWith("http"), `the URL is ${response?.resultImageUrl}`);
      const early = await failure(world, world.api.getTaskDetails(fresh("success-no-url"), reaching(world)), { kind: "invalid-reply" });
      is(early.retryable, true, "whether asking a moment later can help");
      const began = performance.now();
      await failure(world, world.api.waitForTask(fresh("success-no-url"), reaching(world)), { kind: "invalid-reply", retryable: false, attempts: 3 });
      between(performance.now() - began, 1_500, 8_000, "ms until a success without a URL is reported");
    },
  },
  {
    name: "passing: where the sign-on has expired, a wait says so after a few attempts",
    async run(world) {
      const login = () => from("https://login.example/", html(200));
      const fetch = answering(record(), login);
      const error = await failure(world, world.api.waitForTask("t", { baseUrl: world.baseUrl, fetch }), {
        kind: "unauthorized", retryable: false, attempts: 4,
      });
      matches(error.message, /redirected to another origin.*sign in again/, "the message");
      // The API itself may live at the other origin.
      const moved = answering(record(), () => from("https://api.example/", Response.json(success())));
      is((await world.api.waitForTask("t", { baseUrl: world.baseUrl, fetch: moved })).status, "SUCCESS", "status");
    },
  },
  {
    name: "passing: a page of HTML with 401 tells a client without a key to sign in, and one with a key to check it",
    async run(world) {
      const fetch = async () => html(401);
      const keyless = await failure(world, world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch }), { kind: "unauthorized" });
      matches(keyless.message, /sign in again/, "the message");
      const keyed = await failure(world, world.api.getTaskDetails("t", reaching(world, { fetch })), { kind: "unauthorized" });
      matches(keyed.message, /check the key/, "the message");
    },
  },
  {
    name: "passing: a wait that nothing has answered like the API says so, and one that went well does not",
    async run(world) {
      const says = async (/** @type {string} */ plan) => {
        /** @type {string[]} */
        const messages = [];
        const onProgress = (/** @type {Progress} */ { problem }) => void (problem && messages.push(problem.message));
        await world.api.waitForTask(fresh(plan), reaching(world, { onProgress }));
        return messages.map((message) => /Nothing at this address has answered like the API yet/.test(message)).join();
      };
      is(await says("script.html-200*2.success"), "true,true", "before");
      is(await says("script.pending*1.html-200*1.success"), "false", "after");
    },
  },
];
