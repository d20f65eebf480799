// @ts-check
/** The tasks to wait for: three published mixes, generate-2 at each size, and some that are harder to learn. */

import { lognormal, mixed, pareto, quantile } from "./durations.mjs";
import { shuffle } from "./random.mjs";

/**
 * @typedef {import("./durations.mjs").Durations} Durations
 * @typedef {"standard" | "pro" | "two1" | "two2" | "two4"} Look how a task looks: by its record, which is all that a client can know of it
 * @typedef {{ weight: number, durations: Durations, looks: Look[] }} Part tasks of one kind; each look is as frequent
 * @typedef {object} More
 * @property {boolean} [published] the verdicts of old are on these
 * @property {boolean} [documented] the documentation, or public measurements, say what to expect
 * @property {number} [atMost] times the optimum that it may cost after learning
 * @property {Part[]} [before] the tasks that a client has learned from before these
 * @typedef {{ name: string, about: string, parts: Part[], durations: Durations } & More} Mix
 * @typedef {{ durationMs: number, look: Look, paramJson: string | null, operationType: string | null }} Task
 */

/** 8 to 40 s as a rule. */
const standard = lognormal(18, 0.45);
/** 1 to 5 minutes as a rule. */
const pro = lognormal(134, 0.42);
/** What got stuck: from 2 minutes to half an hour. */
const tail = pareto(60, 1.2, 60);

/** @param {Durations} durations @param {Look} [look] @returns {Part[]} */
const all = (durations, look = "standard") => [{ weight: 1, durations, looks: [look] }];
/** @param {[number, Durations][]} parts @returns {Part[]} */
const some = (parts) => parts.map(([weight, durations]) => ({ weight, durations, looks: ["standard"] }));

const OFFICIAL = { published: true, documented: true };

export const MIXES = [
  mix("standard", "lognormal, median 18 s, sigma 0.45", all(standard), OFFICIAL),
  mix("pro", "lognormal, median 134 s, sigma 0.42", all(pro, "pro"), OFFICIAL),
  mix("mixed", "70 % standard, 25 % pro, 5 % 60 s and a Pareto's time (alpha 1.2, scale 60 s) up to 30 minutes, which look like either", [
    { weight: 0.7, durations: standard, looks: ["standard"] },
    { weight: 0.25, durations: pro, looks: ["pro"] },
    { weight: 0.05, durations: tail, looks: ["standard", "pro"] },
  ], OFFICIAL),
  mix("generate-2, 1K", "lognormal, median 8 s, sigma 0.4: 4 to 15 s as a rule", all(lognormal(8, 0.4), "two1"), { documented: true }),
  mix("generate-2, 2K", "lognormal, median 14 s, sigma 0.46", all(lognormal(14, 0.46), "two2"), { documented: true }),
  mix("generate-2, 4K", "lognormal, median 24 s, sigma 0.52: 10 to 56 s as a rule", all(lognormal(24, 0.52), "two4"), { documented: true }),
  mix("narrow", "lognormal, median 22 s, sigma 0.08", all(lognormal(22, 0.08)), { atMost: 1.2 }),
  mix("two peaks", "half around 9 s and half around 30 s, lognormal, sigma 0.2", some([[0.5, lognormal(9, 0.2)], [0.5, lognormal(30, 0.2)]])),
  mix("heavy tail", "85 % standard, 15 % 20 s and a Pareto's time (alpha 1.2, scale 20 s)", some([[0.85, standard], [0.15, pareto(20, 1.2, 20)]])),
  mix("drift, slower", "median 54 s, sigma 0.45, after 30 tasks with a median of 18 s", all(lognormal(54, 0.45)), { atMost: 1.2, before: all(standard) }),
  mix("drift, faster", "median 18 s, sigma 0.45, after 30 tasks with a median of 54 s", all(standard), { atMost: 1.2, before: all(lognormal(54, 0.45)) }),
];

/** @param {string} name @param {string} about @param {Part[]} parts @param {More} [more] @returns {Mix} */
function mix(name, about, parts, more = {}) {
  return { ...more, name, about, parts, durations: mixed(parts.map(({ weight, durations }) => [weight, durations])) };
}

/** What a client that reads the record can know: the share of each look in a mix, and how long such tasks take. @param {{ parts: Part[] }} mix */
export function byLook({ parts }) {
  return /** @type {Look[]} */ (["standard", "pro", "two1", "two2", "two4"]).flatMap((look) => {
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

/** Tasks drawn at random. @param {{ parts: Part[] }} mix @param {number} count @param {() => number} random @returns {Task[]} */
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
  return { durationMs: quantile(durations, share) * 1_000, look, ...recorded(look, prompt, random) };
}

/** What the record of such a task holds. @param {Look} look @param {string | undefined} prompt @param {() => number} random */
function recorded(look, prompt, random) {
  if (look === "standard") return { paramJson: JSON.stringify({ type: "TEXTTOIAMGE", numImages: 1, prompt }), operationType: "nanobanana_TEXTTOIAMGE" };
  const resolution = { pro: random() < 0.8 ? "2K" : "4K", two1: "1K", two2: "2K", two4: "4K" }[look];
  const operationType = look === "pro" ? "nanobanana_TEXTTOIAMGE" : `nano-banana-2_${resolution.toLowerCase()}`;
  return { paramJson: JSON.stringify({ resolution, aspectRatio: "1:1", prompt }), operationType };
}
