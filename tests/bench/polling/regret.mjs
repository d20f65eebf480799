// @ts-check
/**
 * What a client that has learned nothing costs, for tasks of any length that arrive in any way. A wait polls a task that does not end, and for the
 * ages at which it did so the cost is computed exactly.
 */

import { sleep, until } from "./clock.mjs";
import { LONGEST, lognormal } from "./durations.mjs";
import { optimum, scheduled } from "./optimum.mjs";
import { begin, known } from "./service.mjs";

/** @typedef {import("./measure.mjs").Wait} Wait */
/** @typedef {import("./mixes.mjs").Task} Task */
/** @typedef {{ name: string, paramJson: string | null, operationType: string | null, expects?: number }} Way with the median that documents lead to expect */

export const MEDIANS = [8, 15, 30, 60, 120, 200];
const SIGMA = 0.45;
/** Waits of each kind, which begin at other parts of a second. */
const WAITS = 12;

const TEXT = "nanobanana_TEXTTOIAMGE";
const STANDARD = { type: "TEXTTOIAMGE", numImages: 1, image_size: "1:1" };

/** @type {Way[]} */
export const WAYS = [
  way("nothing", undefined, null),
  way("empty texts", "", ""),
  way("no JSON, and an unknown name", "prompt=two+cats", "image-task"),
  way("the prompt alone", {}, null),
  way("standard: the name", undefined, TEXT, 15),
  way("standard: the parameters", STANDARD, null, 15),
  way("standard: both", STANDARD, "nanobanana_IMAGETOIMAGE", 15),
  way("generate-2 at 1K: the name", undefined, "nano-banana-2_1k", 8),
  way("generate-2 at 2K: the name in capitals", undefined, "NANO_BANANA_2_2K", 15),
  way("generate-2 at 4K: the name", undefined, "nano-banana-2_4k", 30),
  way("generate-2 at 1K: the parameters", { resolution: "1K", outputFormat: "jpg" }, null, 8),
  way("generate-2 at 4K: the parameters", { resolution: "4K", googleSearch: true }, null, 30),
  way("generate-2: nine images", { imageUrls: Array(9).fill("https://a.example/b.png") }, null),
  way("generate-2 at 4K: with the standard's parameters", { ...STANDARD, resolution: "4K" }, "nano-banana-2_4k", 30),
  way("pro at 2K: the name", undefined, "nano-banana-pro_2k", 120),
  way("pro at 4K: the name", undefined, "nanobanana_pro_4k", 200),
  way("pro at 2K: the older name and resolution", { resolution: "2K" }, TEXT, 120),
  way("a resolution alone: 1K", { resolution: "1K" }, null),
  way("a resolution alone: 2K", { resolution: "2K", aspectRatio: "16:9" }, null),
  way("a resolution alone: 4K", { resolution: "4K" }, null),
];

/** @param {string} name @param {object | string | undefined} params @param {string | null} operationType @param {number} [expects] @returns {Way} */
function way(name, params, operationType, expects) {
  const paramJson = typeof params === "object" ? JSON.stringify({ ...params, prompt: "two cats" }) : params ?? null;
  return { name, paramJson, operationType, ...(expects === undefined ? {} : { expects }) };
}

/**
 * The ages at which some waits poll a task that looks like this one and ends very late, in seconds.
 *
 * @param {Pick<Task, "paramJson" | "operationType">} record
 * @param {() => Promise<Wait>} client
 * @param {number} [waits]
 * @param {number} [longest]
 */
export async function pollAges(record, client, waits = WAITS, longest = LONGEST - 1) {
  const task = { ...record, look: /** @type {const} */ ("standard"), durationMs: longest * 1_000 };
  return until(
    Promise.all(
      Array.from({ length: waits }, async (_, index) => {
        const wait = await client();
        await sleep((index / waits) * 1_000);
        const taskId = begin(task);
        await wait(taskId);
        return known(taskId).ages;
      }),
    ),
  );
}

/** What each median costs, as a multiple of its optimum. @param {number[][]} ages @param {number} weight */
export function regrets(ages, weight) {
  return MEDIANS.map((median) => {
    const mean = ages.reduce((sum, its) => sum + scheduled(durationsOf(median), weight, its).cost, 0) / ages.length;
    return mean / best(median, weight);
  });
}

/** @param {number} median */
export function durationsOf(median) {
  return lognormal(median, SIGMA);
}

/** @type {Map<string, number>} */
const computed = new Map();

/** @param {number} median @param {number} weight */
function best(median, weight) {
  const key = `${median} ${weight}`;
  const cost = computed.get(key) ?? optimum(durationsOf(median), weight).cost;
  computed.set(key, cost);
  return cost;
}
