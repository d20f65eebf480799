// @ts-check
/**
 * How many requests a wait costs and how late it tells of the end, for this package, for others and for the best there can be, over the same
 * simulated tasks on a clock of its own: `node polling.mjs`, with `eager=0.3` and the like for another weight.
 *
 * Lateness is from the moment a task is done until the client's promise settles. A request takes 150 ms, and its reply tells of the state at half
 * of that. Each wait begins as its task is created, and everyone looks at once: so does the optimum, whose cost has that look in it. Two looks of
 * the optimum are at least 0.8 s apart, as this package's are.
 *
 * It ends with a chart, which it writes to `docs/polling.svg`.
 */

// First: it replaces what the others take hold of.
import { until } from "./polling/clock.mjs";
import { ours, others, vendor } from "./polling/clients.mjs";
import { quantile } from "./polling/durations.mjs";
import { figures, standardError, waitForAll } from "./polling/measure.mjs";
import { MIXES as ALL_MIXES, byLook, draw, sample } from "./polling/mixes.mjs";
import { bestInterval, check, optimum, replayed, scheduled } from "./polling/optimum.mjs";
import { randomFrom } from "./polling/random.mjs";
import { MEDIANS, WAYS, durationsOf, pollAges, regrets } from "./polling/regret.mjs";
import { printRegrets, printTable, printVerdict, times } from "./polling/report.mjs";
import { chart } from "./polling/chart.mjs";
import { writeFileSync } from "node:fs";

/** What one request is worth at each pace, in seconds of lateness. */
const WEIGHTS = { eager: 0.1, normal: 0.3, gentle: 1 };

/** Tasks of a mix that this package waits for, at each pace: more where they differ more. */
const TASKS = 2_600;
const MIXED_TASKS = 4_400;
/** Clients of this package that wait once for a task of a mix that is no published one, and waits of each other client. */
const OWN_WAITS = 60;
const OTHERS_WAITS = 8;
/** Of so many the others wait for one: some look at a task hundreds of times. */
const OTHERS_EACH = 6;
/** Tasks that a client has seen when it is said to have learned, and those that each such client then waits for. */
const TAUGHT = 30;
const THEN = 5;
/** Tasks since a change, where there was one. */
const SINCE = 10;

/**
 * @typedef {keyof typeof WEIGHTS} Pace
 * @typedef {import("./polling/mixes.mjs").Mix} Mix
 * @typedef {import("./polling/mixes.mjs").Task} Task
 * @typedef {import("./polling/measure.mjs").Waited} Waited
 * @typedef {ReturnType<typeof bounds>} Bounds
 */

/** With `only=drift` the mixes with that in their names, and no chart. */
const ONLY = process.argv.find((argument) => argument.startsWith("only="))?.slice(5) ?? "";
const PACES = /** @type {Pace[]} */ (Object.keys(WEIGHTS));
for (const pace of PACES) {
  const told = process.argv.find((argument) => argument.startsWith(`${pace}=`));
  if (told) WEIGHTS[pace] = Number(told.slice(pace.length + 1));
}

const MIXES = ALL_MIXES.filter(({ name }) => name.includes(ONLY));

/** What this package's clients know of a mix. @typedef {{ state: "fresh" | "taught", told: string, each: number, seen: () => Task[] }} State */

/** @param {Mix} mix @returns {State[]} */
function statesOf(mix) {
  const { before } = mix;
  if (before) {
    const seen = () => [...draw({ parts: before }, TAUGHT, random), ...draw(mix, SINCE, random)];
    return [{ state: "taught", told: `${SINCE} tasks after the change`, each: THEN, seen }];
  }
  return [
    { state: "fresh", told: "before learning", each: 1, seen: () => [] },
    { state: "taught", told: `after ${TAUGHT} tasks`, each: THEN, seen: () => draw(mix, TAUGHT, random) },
  ];
}

const random = randomFrom(20_260_106);
// Loading the wasm takes real time, in which no virtual time may go by.
await until(ours("normal", draw(/** @type {Mix} */ (MIXES[0]), 1, random)));

/** @type {Awaited<ReturnType<typeof measured>>[]} */
const results = [];
for (const mix of MIXES) results.push(await measured(mix));
const unlearned = await regretted();
verdicts();
if (!ONLY) await draws();

/** @param {Mix} mix */
async function measured(mix) {
  const tasks = sample(mix, mix.parts.length > 1 ? MIXED_TASKS : TASKS, random);
  const some = [...tasks].sort((one, other) => one.durationMs - other.durationMs).filter((_, index) => index % OTHERS_EACH === OTHERS_EACH >> 1);
  const limits = PACES.map((pace) => bounds(mix, pace, tasks));
  /**
   * What clients cost. Where all tasks look the same, how they are polled does not depend on when they end: one long wait of each client then tells
   * as much as many short ones.
   *
   * @param {Task[]} its @param {number} each @param {number} waits @param {() => Promise<import("./polling/measure.mjs").Wait>} client
   */
  const figuresOf = async (its, each, waits, client) => {
    if (mix.published) {
      const waited = await waitForAll(its, each, client);
      return { ...figures(waited), costOf: (/** @type {Bounds} */ limit) => cost(waited, limit) };
    }
    const ages = await pollAges(/** @type {Task} */ (tasks[0]), client, waits, quantile(mix.durations, 0.9999));
    return exact(mix, tasks, ages);
  };

  const own = [];
  for (const { state, told, each, seen } of statesOf(mix)) {
    for (const limit of limits) {
      const { costOf, ...its } = await figuresOf(tasks, each, OWN_WAITS, () => ours(limit.pace, seen()));
      own.push({ mix, state, told, limit, ...its, ...costOf(limit) });
    }
  }
  const rivals = [];
  for (const { name, wait } of [...others, { name: "the vendor's advice", wait: vendor }]) {
    const { costOf, ...its } = await figuresOf(some, 1, OTHERS_WAITS, async () => wait);
    rivals.push({ name, ...its, costs: limits.map(costOf) });
  }

  // A pace's cost under another's weight means nothing.
  const under = (/** @type {Bounds} */ limit, /** @type {{ cost: number }} */ its) => limits.map((other) => (other === limit ? its : undefined));
  const columns = limits.map(({ pace, weight, best }) => ({ name: `${pace}, weight ${weight}`, unit: best.cost }));
  printTable(`${mix.name} tasks: ${mix.about}`, columns, [
    ...own.map((row) => ({ ...row, name: `this package, ${row.limit.pace}, ${row.told}`, costs: under(row.limit, row) })),
    ...rivals,
    ...limits.flatMap((limit) => limit.rows.map((row) => ({ ...row, costs: under(limit, row) }))),
  ]);
  return { mix, own, rivals };
}

/**
 * What polls at these ages come to, exactly, and how much that varies between clients.
 *
 * @param {Mix} mix @param {Task[]} tasks for what is no mean @param {number[][]} ages of each client's polls
 */
function exact(mix, tasks, ages) {
  const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const schedules = ages.map((looks) => scheduled(mix.durations, 0, looks));
  const [requests, lateness] = [mean(schedules.map((its) => its.requests)), mean(schedules.map((its) => its.lateness))];
  const late = figures(tasks.map((task, index) => replayed(/** @type {number[]} */ (ages[index % ages.length]), task.durationMs / 1_000))).late;
  const costOf = (/** @type {Bounds} */ { weight }) => {
    const costs = schedules.map((its) => weight * its.requests + its.lateness);
    const variance = mean(costs.map((its) => (its - mean(costs)) ** 2));
    return { cost: mean(costs), error: Math.sqrt(variance / costs.length) };
  };
  return { requests, lateness, late, costOf };
}

/** What can be reached at a pace's weight, computed. @param {Mix} mix @param {Pace} pace @param {Task[]} tasks for what is no mean */
function bounds({ durations, ...mix }, pace, tasks) {
  const weight = WEIGHTS[pace];
  const best = optimum(durations, weight);
  const fixed = bestInterval(durations, weight);
  check(durations, weight, best, fixed);
  /** @param {(task: Task) => number[]} looks */
  const lateOf = (looks) => figures(tasks.map((task) => replayed(looks(task), task.durationMs / 1_000))).late;
  /** @param {string} name @param {import("./polling/optimum.mjs").Schedule} schedule */
  const row = (name, { looks, ...figure }) => ({ name, ...figure, late: lateOf(() => looks) });
  const rows = [
    row(`for ${pace}: looks ${fixed.interval.toFixed(2)} s apart, by hindsight`, fixed),
    row(`for ${pace}: the optimum`, best),
    row(`for ${pace}: the optimum, if spared the first look`, optimum(durations, weight, { firstLook: false })),
  ];
  let knowing = best.cost;
  const kinds = byLook(mix).map(({ share, look, durations: its }) => ({ share, look, ...optimum(its, weight) }));
  if (kinds.length > 1) {
    const over = (/** @type {"requests" | "lateness" | "cost"} */ figure) => kinds.reduce((sum, kind) => sum + kind.share * kind[figure], 0);
    knowing = over("cost");
    const late = lateOf((task) => kinds.find(({ look }) => look === task.look)?.looks ?? []);
    rows.push({ name: `for ${pace}: the optimum that knows the kind`, requests: over("requests"), lateness: over("lateness"), cost: knowing, late });
  }
  return { pace, weight, best, fixed, knowing, rows };
}

/** @param {Waited[]} waited @param {Bounds} limit */
function cost(waited, { weight }) {
  const { requests, lateness } = figures(waited);
  return { cost: weight * requests + lateness, error: standardError(waited, weight) };
}

/** What each way in which a task arrives costs before learning, at each median. */
async function regretted() {
  const rows = [];
  for (const way of WAYS) {
    for (const pace of PACES) {
      const ages = await pollAges(way, () => ours(pace, []));
      rows.push({ way, pace, regrets: regrets(ages, WEIGHTS[pace]) });
    }
  }
  printRegrets("Regret: the cost before learning, in multiples of the optimum, by what a record says", MEDIANS, rows);
  return rows;
}

function verdicts() {
  const own = results.flatMap((result) => result.own);
  const published = own.filter(({ mix }) => mix.published);
  const [fresh, taught] = ["fresh", "taught"].map((state) => published.filter((row) => row.state === state));
  console.log();

  // Better on both axes is where both of its figures are smaller: the larger of the two ratios is below 1.
  const duels = results.flatMap(({ mix, own: paces, rivals }) =>
    (mix.published ? statesOf(mix) : []).flatMap(({ state, told: known }) =>
      rivals.map((rival) => {
        const apart = (/** @type {{ requests: number }} */ { requests }) => Math.abs(Math.log(requests / rival.requests));
        const nearest = paces.filter((row) => row.state === state).reduce((near, row) => (apart(row) < apart(near) ? row : near));
        const [requests, lateness] = [rival.requests / nearest.requests, rival.lateness / nearest.lateness];
        const told = `${rival.name} makes ${times(requests)} the requests of ${nearest.limit.pace} and is ${times(lateness)} as late`;
        return { worse: Math.max(requests, lateness), told: `${mix.name}, ${known}: ${told}` };
      }),
    ),
  );
  duels.sort((one, other) => one.worse - other.worse);
  const lost = duels.filter(({ worse }) => worse < 1);
  printVerdict(
    "(a) no other is better on both axes than the pace that is nearest to it in requests",
    lost.length === 0,
    (lost.length > 0 ? lost : duels.slice(0, 1)).map(({ told }) => told),
  );

  /** @typedef {(limit: Bounds) => number} Against */
  /** @param {string} question @param {typeof own | undefined} rows @param {(mix: Mix) => number} most @param {Against} against */
  const within = (question, rows = [], most, against) => {
    const ratio = (/** @type {(typeof own)[number]} */ row) => row.cost / against(row.limit);
    const holds = (/** @type {(typeof own)[number]} */ row) => ratio(row) < most(row.mix);
    const lines = [...new Set(rows.map(({ mix }) => mix))].map((mix) => {
      const its = rows.filter((row) => row.mix === mix);
      return `${mix.name}: ${its.map((row) => `${row.limit.pace} ${times(ratio(row))}${holds(row) ? "" : "!"}`).join(", ")}`;
    });
    printVerdict(question, rows.every(holds), lines);
  };
  const best = (/** @type {Bounds} */ limit) => limit.best.cost;
  const knowing = (/** @type {Bounds} */ limit) => limit.knowing;
  within("(b) before learning, every pace is within 25 % of the optimum", fresh, () => 1.25, best);
  within("    and of the optimum that knows the kind", fresh, () => 1.25, knowing);
  within(`(c) after ${TAUGHT} tasks, every pace is within 7 % of the optimum`, taught, () => 1.07, best);
  within("    and of the optimum that knows the kind", taught, () => 1.07, knowing);
  within(`(d) after ${TAUGHT} tasks, every pace is ahead of the fixed interval that hindsight would choose`, taught, () => 1, (limit) => limit.fixed.cost);
  const error = Math.max(...published.map((row) => row.error / row.cost));
  printVerdict("(e) the standard error of each of these costs is below 0.7 %", error < 0.007, [`the largest: ${(error * 100).toFixed(2)} %`]);

  const others = own.filter(({ mix }) => !mix.published);
  const documented = others.filter(({ mix, state }) => mix.documented && state === "fresh");
  within("(f) so is generate-2 at each size before learning, within 25 %", documented, () => 1.25, best);
  const learned = others.filter(({ state }) => state === "taught");
  within(
    `(g) after ${TAUGHT} tasks every mix is within 15 % of the optimum; a narrow one, and ${SINCE} tasks after a threefold change, within 20 %`,
    learned,
    (mix) => mix.atMost ?? 1.15,
    best,
  );

  /** @param {string} question @param {number} most @param {(median: number, expects: number | undefined) => boolean} counts */
  const bounded = (question, most, counts) => {
    const cells = unlearned.flatMap(({ way, pace, regrets: its }) =>
      its.flatMap((regret, index) => {
        const median = /** @type {number} */ (MEDIANS[index]);
        return counts(median, way.expects) ? [{ regret, told: `${way.name}, ${median} s, ${pace}: ${times(regret)}` }] : [];
      }),
    );
    cells.sort((one, other) => other.regret - one.regret);
    const over = cells.filter(({ regret }) => regret > most);
    printVerdict(question, over.length === 0, (over.length > 0 ? over : cells.slice(0, 1)).map(({ told }) => told));
  };
  bounded("(h) before learning, no task of any length that arrives in any way costs more than 1.65 times the optimum", 1.65, () => true);
  bounded("(i) where the documentation says what to expect, none costs more than 1.25 times", 1.25, (median, expects) => median === expects);
}

/** The chart: the pace `normal` and the other clients, by median and mix. */
async function draws() {
  const weight = WEIGHTS.normal;
  const nothing = { paramJson: null, operationType: null };
  /** @type {(number | undefined)[]} */
  const learned = [];
  for (const [index, median] of MEDIANS.entries()) {
    const parts = [{ weight: 1, durations: durationsOf(median), looks: [/** @type {const} */ ("standard")] }];
    const ages = await pollAges(nothing, () => ours("normal", draw({ parts }, TAUGHT, random).map((task) => ({ ...task, ...nothing }))), 40);
    learned.push(regrets(ages, weight)[index]);
  }
  const fresh = unlearned.find(({ way, pace }) => way === WAYS[0] && pace === "normal")?.regrets ?? [];
  /** @type {(import("./polling/chart.mjs").Client & { rival?: string })[]} */
  const clients = [
    { name: `this package, after ${TAUGHT} tasks`, kind: "own", shape: "dot" },
    { name: "this package, before learning", kind: "own", shape: "ring" },
    ...[
      ["@azure/core-lro, or a loop with sleep(2000)", "two-seconds", "@azure"],
      ["the vendor's advice", "vendor", "the vendor"],
      ["@runwayml/sdk", "backoff", "@runwayml"],
      ["@smithy/util-waiter", "waiter", "@smithy"],
      ["@fal-ai/client, replicate", "half-second", "@fal-ai"],
    ].map(([name = "", kind = "", rival = ""]) => ({ name, kind, rival, shape: /** @type {const} */ ("tick") })),
  ];
  const rivals = [...others, { name: "the vendor's advice", wait: vendor }];
  const byMedian = clients.map(() => /** @type {number[]} */ ([]));
  for (const [index, { rival }] of clients.entries()) {
    const wait = rival && rivals.find(({ name }) => name.startsWith(rival))?.wait;
    if (wait) byMedian[index] = regrets(await pollAges(nothing, async () => wait, 4), weight);
  }
  const rows = results.map(({ mix, own, rivals: its }) => {
    const normal = own.filter(({ limit }) => limit.pace === "normal");
    const unit = /** @type {number} */ (normal[0]?.limit.knowing);
    const ofOwn = (/** @type {string} */ state) => normal.find((row) => row.state === state)?.cost;
    const costs = clients.map(({ rival, shape }) =>
      rival ? its.find(({ name }) => name.startsWith(rival))?.costs[PACES.indexOf("normal")]?.cost : ofOwn(shape === "dot" ? "taught" : "fresh"),
    );
    return { name: mix.name, costs: costs.map((cost) => cost && cost / unit) };
  });
  const medians = MEDIANS.map((median, index) => ({
    name: `${median} s`,
    costs: clients.map(({ rival, shape }, client) => (rival ? byMedian[client]?.[index] : shape === "dot" ? learned[index] : fresh[index])),
  }));
  const drawn = chart("Requests and lateness together, in multiples of the best possible schedule", clients, [
    { title: "tasks with a median of", rows: medians },
    { title: "mixes", rows },
  ]);
  writeFileSync(new URL("../../docs/polling.svg", import.meta.url), drawn);
}
