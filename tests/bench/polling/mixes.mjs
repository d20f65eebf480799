// @ts-check
/** The tasks to wait for: three published mixes. */

import { lognormal, mixed, pareto, quantile } from "./durations.mjs";
import { shuffle } from "./random.mjs";

/**
 * @typedef {import("./durations.mjs").Durations} Durations
 * @typedef {"standard" | "pro"} Look how a task looks: by its paramJson, which is all that a client can know of it
 * @typedef {{ weight: number, durations: Durations, looks: Look[] }} Part tasks of one kind; each look is as frequent
 * @typedef {{ name: string, about: string, parts: Part[], durations: Durations }} Mix
 * @typedef {{ durationMs: number, look: Look, paramJson: string }} Task
 */

/** 8 to 40 s as a rule. */
const standard = lognormal(18, 0.45);
/** 1 to 5 minutes as a rule. */
const pro = lognormal(134, 0.42);
/** What got stuck: from 2 minutes to half an hour. */
const tail = pareto(60, 1.2, 60);

export const MIXES = [
  mix("standard", "lognormal, median 18 s, sigma 0.45", [{ weight: 1, durations: standard, looks: ["standard"] }]),
  mix("pro", "lognormal, median 134 s, sigma 0.42", [{ weight: 1, durations: pro, looks: ["pro"] }]),
  mix("mixed", "70 % standard, 25 % pro, 5 % 60 s and a Pareto's time (alpha 1.2, scale 60 s) up to 30 minutes, which look like either", [
    { weight: 0.7, durations: standard, looks: ["standard"] },
    { weight: 0.25, durations: pro, looks: ["pro"] },
    { weight: 0.05, durations: tail, looks: ["standard", "pro"] },
  ]),
];

/** @param {string} name @param {string} about @param {Part[]} parts @returns {Mix} */
function mix(name, about, parts) {
  return { name, about, parts, durations: mixed(parts.map(({ weight, durations }) => [weight, durations])) };
}

/** What a client that reads paramJson can know: the share of each look in a mix, and how long such tasks take. @param {{ parts: Part[] }} mix */
export function byLook({ parts }) {
  return /** @type {Look[]} */ (["standard", "pro"]).flatMap((look) => {
    /** @type {[number, Durations][]} */
    const such = parts.filter(({ looks }) => looks.includes(look)).map(({ weight, durations, looks }) => [weight / looks.length, durations]);
    return such.length === 0 ? [] : [{ look, share: such.reduce((sum, [weight]) => sum + weight, 0), durations: mixed(such) }];
  });
}

/**
 * Tasks of a mix that stand for it better than as many drawn at random: each part has its share of them, and of each part's distribution every
 * slice has one. In no order.
 *
 * @param {Mix} mix
 * @param {number} count
 * @param {() => number} random
 * @returns {Task[]}
 */
export function sample({ parts }, count, random) {
  const tasks = parts.flatMap(({ weight, durations, looks }) => {
    const slices = Math.round(weight * count);
    const look = (/** @type {number} */ slice) => /** @type {Look} */ (looks[slice % looks.length]);
    return Array.from({ length: slices }, (_, slice) => task(durations, (slice + random()) / slices, look(slice), random));
  });
  return shuffle(tasks, random);
}

/** Tasks drawn at random. @param {Mix} mix @param {number} count @param {() => number} random @returns {Task[]} */
export function draw({ parts }, count, random) {
  return Array.from({ length: count }, () => {
    let chosen = random();
    const part = parts.find(({ weight }) => (chosen -= weight) < 0) ?? /** @type {Part} */ (parts.at(-1));
    return task(part.durations, random(), /** @type {Look} */ (part.looks[Math.floor(random() * part.looks.length)]), random);
  });
}

const PROMPTS = ["a medieval town", "two cats in a boat, watercolour", "a poster that says HELLO", "my desk, but on the moon"];

/** @param {Durations} durations @param {number} share @param {Look} look @param {() => number} random @returns {Task} */
function task(durations, share, look, random) {
  const prompt = PROMPTS[Math.floor(random() * PROMPTS.length)];
  const paramJson =
    look === "standard" ? { type: "TEXTTOIAMGE", numImages: 1, prompt } : { resolution: random() < 0.8 ? "2K" : "4K", aspectRatio: "1:1", prompt };
  return { durationMs: quantile(durations, share) * 1_000, look, paramJson: JSON.stringify(paramJson) };
}
