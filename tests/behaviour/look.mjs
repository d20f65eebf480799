// @ts-check
/** getTaskDetails where the API answers: every status, every field, every way of writing a time. */

import { between, is, matches, ok, same } from "./check.mjs";
import { PARAM_JSON, answering, fresh, reaching, record, success } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */

const MINUTE_MS = 60_000;

/** The instant of the API's zone-less text, read by the engine. @param {string | null} text */
const utc8 = (text) => (text === null ? null : new Date(`${text.replace(" ", "T")}+08:00`));

/** @type {[scenario: string, status: string, flag: number, errorCode: unknown, errorMessage: string | null, more?: object][]} */
const STATES = [
  ["pending", "GENERATING", 0, null, null],
  ["success-1m", "GENERATING", 0, null, null],
  ["success", "SUCCESS", 1, null, null],
  ["success-origin", "SUCCESS", 1, null, null],
  ["success-blanks", "SUCCESS", 1, 0, null, { paramJson: null }],
  ["extra-fields", "SUCCESS", 1, null, null],
  ["create-failed", "CREATE_TASK_FAILED", 2, 400, "Generation failed on provider side"],
  ["create-failed-text", "CREATE_TASK_FAILED", 2, "CREATE_FAILED", "failed"],
  ["create-failed-null", "CREATE_TASK_FAILED", 2, null, null],
  ["generate-failed", "GENERATE_FAILED", 3, 422, "The prompt was refused by the content policy"],
  ["generate-failed-text", "GENERATE_FAILED", 3, "POLICY", "failed"],
  ["generate-failed-null", "GENERATE_FAILED", 3, null, "failed"],
  ["failed-echo-prompt", "GENERATE_FAILED", 3, 422, 'The prompt "[prompt]" was refused by the content policy'],
  ["flag-99", "UNKNOWN", 99, null, null],
  ["flag-text", "GENERATING", 0, null, null],
  ["flag-missing", "UNKNOWN", NaN, null, null],
];

/** @type {Behaviour[]} */
const states = STATES.map(([scenario, status, flag, errorCode, errorMessage, more]) => ({
  name: `look: ${scenario} is ${status}, with every field`,
  async run(world) {
    const taskId = fresh(scenario);
    const details = await world.api.getTaskDetails(taskId, reaching(world));
    const { createTime, completeTime } = details;
    matches(createTime, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, "createTime");
    const createdAt = utc8(createTime);
    between(Number(createdAt), Date.now() - 20_000, Date.now() + 1_000, "createdAt");
    const completedAt = utc8(completeTime);
    is(completeTime !== null, flag === 1 || flag === 2 || flag === 3, "a time of completion");
    const resultImageUrl = `${world.baseUrl}/pictures/${encodeURIComponent(taskId)}.png`;
    const origin = scenario === "success-origin" && { originImageUrl: resultImageUrl.replace("/pictures/", "/originals/") };
    same(
      details,
      {
        taskId, status, successFlag: flag, operationType: "nanobanana_TEXTTOIAMGE", paramJson: PARAM_JSON,
        createTime, completeTime, createdAt, completedAt, errorCode, errorMessage,
        response: status !== "SUCCESS" ? null : {
          resultImageUrl,
          originImageUrl: null,
          originImageExpiresAt: origin ? new Date(Number(completedAt) + 10 * MINUTE_MS) : null,
          ...origin,
        },
        ...more,
      },
      "details",
    );
    const { looks, otherOrigin } = await world.log(taskId);
    is(looks.length, 1, "requests for one look");
    is(otherOrigin.looks.length, 0, "requests elsewhere");
    is(looks[0]?.rightKey, true, "the key came along");
  },
}));

/** @type {[scenario: string, raw: RegExp | null, instant: (text: string) => number | null][]} */
const TIMES = [
  ["time-hour24", / 24:\d\d:\d\d$/, (text) => Number(utc8(text.replace(" 24:", " 00:"))) + 24 * 60 * MINUTE_MS],
  ["time-iso", /T.*Z$/, (text) => Date.parse(text)],
  ["time-ms", /^\d{13}$/, (text) => Number(text)],
  ["time-empty", null, () => null],
  ["time-null", null, () => null],
  ["time-nonsense", /^the day before yesterday$/, () => null],
];

/** @type {Behaviour[]} */
const times = TIMES.map(([scenario, raw, instant]) => ({
  name: `look: ${scenario}`,
  async run(world) {
    const details = await world.api.getTaskDetails(fresh(scenario), reaching(world));
    is(details.status, "SUCCESS", "status");
    for (const [text, date] of /** @type {const} */ ([[details.createTime, details.createdAt], [details.completeTime, details.completedAt]])) {
      if (raw) matches(text, raw, "the time as received");
      else is(text, null, "the time as received");
      const at = text === null ? null : instant(text);
      same(date, at === null ? null : new Date(at), "its instant");
    }
  },
}));

/** @type {Behaviour[]} */
export const look = [
  ...states,
  ...times,
  {
    name: "look: fields of other types are read as absent, and the id that was asked for stands in",
    async run(world) {
      const taskId = fresh("wrong-types");
      const details = await world.api.getTaskDetails(taskId, reaching(world));
      same(
        details,
        {
          taskId, status: "UNKNOWN", successFlag: NaN, response: null, paramJson: null, operationType: null, createTime: null,
          completeTime: null, createdAt: null, completedAt: null, errorCode: null, errorMessage: null,
        },
        "details",
      );
    },
  },
  {
    name: "look: paramJson of 20 KB arrives whole",
    async run(world) {
      const { paramJson } = await world.api.getTaskDetails(fresh("long-param"), reaching(world));
      ok(paramJson !== null && paramJson.length > 20_000, "it is shorter");
      is(typeof JSON.parse(paramJson).prompt, "string", "the prompt in it");
    },
  },
  {
    name: "look: a status of 0 although completeTime is set is still GENERATING",
    async run(world) {
      const details = await world.api.getTaskDetails(fresh("pending-completed"), reaching(world));
      is(details.status, "GENERATING", "status");
      ok(details.completedAt instanceof Date, "completedAt");
    },
  },
  {
    name: "look: an original without a time of completion lives for ten minutes from now",
    async run(world) {
      const response = { resultImageUrl: "https://pictures.example/1.png", originImageUrl: "https://pictures.example/0.png" };
      const details = await world.api.getTaskDetails("t", { baseUrl: world.baseUrl, fetch: answering(success({ response })) });
      between(Number(details.response?.originImageExpiresAt) - Date.now(), 10 * MINUTE_MS - 5_000, 10 * MINUTE_MS + 100, "ms left");
    },
  },
  {
    name: "look: text beyond ASCII comes through",
    async run(world) {
      const paramJson = JSON.stringify({ prompt: "灯塔 🗼 \u0000 \"x\"" });
      const fetch = answering(record({ taskId: "任務-🍌", operationType: "ñ", paramJson, successFlag: 3, errorMessage: "失败 🍌", errorCode: "É" }));
      const details = await world.api.getTaskDetails("asked", { baseUrl: world.baseUrl, fetch });
      same([details.taskId, details.operationType, details.paramJson, details.errorMessage, details.errorCode], ["任務-🍌", "ñ", paramJson, "失败 🍌", "É"], "texts");
    },
  },
];
