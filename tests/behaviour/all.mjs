// @ts-check
/**
 * How the package behaves, the same in every runtime: nothing here imports anything of Node's.
 * Each runtime's runner makes a world and runs all of them, those that may in parallel.
 */

import { abort } from "./abort.mjs";
import { args } from "./arguments.mjs";
import { client } from "./client.mjs";
import { connection } from "./connection.mjs";
import { deadline } from "./deadline.mjs";
import { errors } from "./errors.mjs";
import { failures } from "./failures.mjs";
import { faults } from "./faults.mjs";
import { look } from "./look.mjs";
import { page } from "./page.mjs";
import { passing } from "./passing.mjs";
import { secrets } from "./secrets.mjs";
import { wait } from "./wait.mjs";
import { watch } from "./watch.mjs";

/** The most that one of them takes. */
export const LIMIT_MS = 25_000;

export const behaviours = [...look, ...failures, ...passing, ...faults, ...wait, ...watch, ...client, ...page, ...deadline, ...abort, ...args, ...errors, ...connection, ...secrets];

/**
 * Runs one within its limit.
 * @param {import("./world.mjs").Behaviour} behaviour
 * @param {import("./world.mjs").World} world
 */
export async function run(behaviour, world) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${behaviour.name}" did not end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  await Promise.race([behaviour.run(world), limit]).finally(() => clearTimeout(timer));
}

/**
 * Runs all that mean something in a place: one in each world at a time, and then in the first world those that must be alone.
 * @param {[import("./world.mjs").World, ...import("./world.mjs").World[]]} worlds
 * @param {(name: string, failed: string | null) => void} report
 */
export async function runAll(worlds, report) {
  const [first] = worlds;
  const here = behaviours.filter(({ notIn }) => !notIn?.[first.engine]);
  /** @param {import("./world.mjs").Behaviour[]} queue @param {import("./world.mjs").World} world */
  const work = async (queue, world) => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { name } = next;
      await run(next, world).then(
        () => report(name, null),
        (error) => report(name, error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error)),
      );
    }
  };
  const beside = here.filter(({ alone }) => !alone);
  await Promise.all(worlds.map((world) => work(beside, world)));
  await work(here.filter(({ alone }) => alone), first);
}

/**
 * What a simulator at `baseUrl` wrote down.
 * @param {string} baseUrl
 * @returns {import("./world.mjs").World["log"]}
 */
export function logOf(baseUrl) {
  return async (taskId) => (await fetch(`${baseUrl}/simulator/log?taskId=${encodeURIComponent(taskId)}`)).json();
}
