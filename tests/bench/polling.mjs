// @ts-check
/**
 * How many requests a wait costs and how late it tells of the end, for this package, for others and for the best there can be, over the same
 * simulated tasks on a clock of its own: `node polling.mjs`, with `eager=0.3` and the like for another weight.
 *
 * Lateness is from the moment a task is done until the client's promise settles. A request takes 150 ms, and its reply tells of the state at half
 * of that. Each wait begins as its task is created, and everyone looks at once: so does the optimum, whose cost has that look in it.
 */

// First: it replaces what the others take hold of.
import { until } from "./polling/clock.mjs";
import { ours, others, vendor } from "./polling/clients.mjs";
import { figures, standardError, waitForAll } from "./polling/measure.mjs";
import { MIXES, byLook, draw, sample } from "./polling/mixes.mjs";
import { bestInterval, check, optimum, replayed } from "./polling/optimum.mjs";
import { randomFrom } from "./polling/random.mjs";
import { printTable, printVerdict, times } from "./polling/report.mjs";

/** What one request is worth at each pace, in seconds of lateness. */
const WEIGHTS = { eager: 0.1, normal: 0.3, gentle: 1 };

/** Tasks of a mix that this package waits for, at each pace: more where they differ more. */
const TASKS = 2_600;
const MIXED_TASKS = 4_400;
/** Of so many the others wait for one: some look at a task hundreds of times. */
const OTHERS_EACH = 6;
/** Tasks that a client has seen when it is said to have learned, and those that each such client then waits for. */
const TAUGHT = 30;
const THEN = 5;

/**
 * @typedef {keyof typeof WEIGHTS} Pace
 * @typedef {import("./polling/mixes.mjs").Mix} Mix
 * @typedef {import("./polling/mixes.mjs").Task} Task
 * @typedef {import("./polling/measure.mjs").Waited} Waited
 * @typedef {ReturnType<typeof bounds>} Bounds
 */

const PACES = /** @type {Pace[]} */ (Object.keys(WEIGHTS));
for (const pace of PACES) {
  const told = process.argv.find((argument) => argument.startsWith(`${pace}=`));
  if (told) WEIGHTS[pace] = Number(told.slice(pace.length + 1));
}

/** What this package's clients know of a mix. @type {{ state: string, each: number, seen: (mix: Mix) => Task[] }[]} */
const STATES = [
  { state: "before learning", each: 1, seen: () => [] },
  { state: `after ${TAUGHT} tasks`, each: THEN, seen: (mix) => draw(mix, TAUGHT, random) },
];

const random = randomFrom(20_260_106);
// Loading the wasm takes real time, in which no virtual time may go by.
await until(ours("normal", draw(/** @type {Mix} */ (MIXES[0]), 1, random)));

/** @type {Awaited<ReturnType<typeof measured>>[]} */
const results = [];
for (const mix of MIXES) results.push(await measured(mix));
verdicts();

/** @param {Mix} mix */
async function measured(mix) {
  const tasks = sample(mix, mix.parts.length > 1 ? MIXED_TASKS : TASKS, random);
  const some = [...tasks].sort((one, other) => one.durationMs - other.durationMs).filter((_, index) => index % OTHERS_EACH === OTHERS_EACH >> 1);
  const limits = PACES.map((pace) => bounds(mix, pace, tasks));

  const own = [];
  for (const { state, each, seen } of STATES) {
    for (const limit of limits) {
      const waited = await waitForAll(tasks, each, () => ours(limit.pace, seen(mix)));
      own.push({ mix: mix.name, state, limit, ...figures(waited), ...cost(waited, limit) });
    }
  }
  const rivals = [];
  for (const { name, wait } of [...others, { name: "the vendor's advice", wait: vendor }]) {
    const waited = await waitForAll(some, 1, async () => wait);
    rivals.push({ name, ...figures(waited), costs: limits.map((limit) => cost(waited, limit)) });
  }

  // A pace's cost under another's weight means nothing.
  const under = (/** @type {Bounds} */ limit, /** @type {{ cost: number }} */ its) => limits.map((other) => (other === limit ? its : undefined));
  const columns = limits.map(({ pace, weight, best }) => ({ name: `${pace}, weight ${weight}`, unit: best.cost }));
  printTable(`${mix.name} tasks: ${mix.about}`, columns, [
    ...own.map((row) => ({ ...row, name: `this package, ${row.limit.pace}, ${row.state}`, costs: under(row.limit, row) })),
    ...rivals,
    ...limits.flatMap((limit) => limit.rows.map((row) => ({ ...row, costs: under(limit, row) }))),
  ]);
  return { mix: mix.name, own, rivals };
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

function verdicts() {
  const own = results.flatMap((result) => result.own);
  const [fresh, taught] = STATES.map(({ state }) => own.filter((row) => row.state === state));
  console.log();

  // Better on both axes is where both of its figures are smaller: the larger of the two ratios is below 1.
  const duels = results.flatMap(({ mix, own: paces, rivals }) =>
    STATES.flatMap(({ state }) =>
      rivals.map((rival) => {
        const apart = (/** @type {{ requests: number }} */ { requests }) => Math.abs(Math.log(requests / rival.requests));
        const nearest = paces.filter((row) => row.state === state).reduce((near, row) => (apart(row) < apart(near) ? row : near));
        const [requests, lateness] = [rival.requests / nearest.requests, rival.lateness / nearest.lateness];
        const told = `${rival.name} makes ${times(requests)} the requests of ${nearest.limit.pace} and is ${times(lateness)} as late`;
        return { worse: Math.max(requests, lateness), told: `${mix}, ${state}: ${told}` };
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
  /** @param {string} question @param {typeof own | undefined} rows @param {number} most @param {Against} against */
  const within = (question, rows = [], most, against) => {
    const ratio = (/** @type {(typeof own)[number]} */ row) => row.cost / against(row.limit);
    const lines = results.map(({ mix }) => {
      const its = rows.filter((row) => row.mix === mix);
      return `${mix}: ${its.map((row) => `${row.limit.pace} ${times(ratio(row))}${ratio(row) < most ? "" : "!"}`).join(", ")}`;
    });
    printVerdict(question, rows.every((row) => ratio(row) < most), lines);
  };
  const best = (/** @type {Bounds} */ limit) => limit.best.cost;
  const knowing = (/** @type {Bounds} */ limit) => limit.knowing;
  within("(b) before learning, every pace is within 15 % of the optimum", fresh, 1.15, best);
  within("    and of the optimum that knows the kind", fresh, 1.15, knowing);
  within(`(c) after ${TAUGHT} tasks, every pace is within 7 % of the optimum`, taught, 1.07, best);
  within("    and of the optimum that knows the kind", taught, 1.07, knowing);
  within(`(d) after ${TAUGHT} tasks, every pace is ahead of the fixed interval that hindsight would choose`, taught, 1, (limit) => limit.fixed.cost);
  const error = Math.max(...own.map((row) => row.error / row.cost));
  printVerdict("(e) the standard error of each of these costs is below 0.7 %", error < 0.007, [`the largest: ${(error * 100).toFixed(2)} %`]);
}
