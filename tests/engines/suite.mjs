// @ts-check
/** The behaviours as tests of Node's, where they run in another runtime that tells of each as it ends. */

import { after, before, describe, it } from "node:test";
import { LIMIT_MS, behaviours } from "../behaviour/all.mjs";
import { wordsOf } from "./words.mjs";

/**
 * What the runtime tells: how a behaviour ended, what the engine itself threw, or that all is done.
 * @typedef {{ name: string, failed: string | null } | { fault: string, words: string } | { done: true }} News
 *
 * @typedef {object} Runtime
 * @property {string} version
 * @property {Promise<string>} ended Why no more news can come. Never rejects.
 * @property {() => Promise<void>} stop
 */

const START_MS = 60_000;
/** All of them together. */
const WHOLE_MS = 180_000;

/** A promise that is settled from outside. */
function open() {
  /** @type {(failed: string | null) => void} */
  let end = () => {};
  const promise = new Promise((resolve, reject) => {
    end = (failed) => (failed === null ? resolve(undefined) : reject(new Error(failed)));
  });
  // It may fail before its test looks at it.
  promise.catch(() => {});
  return { promise, end };
}

/**
 * @param {import("../behaviour/world.mjs").Engine} engine
 * @param {(hear: (news: News) => void) => Promise<Runtime>} begin Starts the runtime with all behaviours.
 */
export function suite(engine, begin) {
  const record = wordsOf(engine);
  const here = behaviours.filter(({ notIn }) => !notIn?.[engine]);
  const ends = new Map(here.map(({ name }) => [name, open()]));
  /** @type {Runtime | undefined} */
  let runtime;

  before(async () => {
    runtime = await begin((news) => {
      if ("fault" in news) record.tell(news.fault, news.words);
      if ("done" in news) endAll("it says that all is done");
      if ("name" in news) ends.get(news.name)?.end(news.failed);
    });
    console.log(`${engine} ${runtime.version}`);
    void runtime.ended.then(endAll);
  }, { timeout: START_MS });
  after(() => runtime?.stop(), { timeout: LIMIT_MS });
  after(record.print);

  /** Nothing that was not told of has passed. @param {string} why */
  const endAll = (why) => {
    for (const { end } of ends.values()) end(`the runtime told nothing of it: ${why}`);
  };

  describe(engine, { concurrency: behaviours.length }, () => {
    for (const { name, notIn } of behaviours) {
      it(name, { timeout: WHOLE_MS, skip: notIn?.[engine] }, () => ends.get(name)?.promise);
    }
  });
}
