// @ts-check
/** What a wait makes of the page it is in: out of sight, without a network, and back. */

import { between, is, ok, rejection } from "./check.mjs";
import { answering, pagesOnly, reaching, record } from "./world.mjs";

/** @typedef {import("./world.mjs").Behaviour} Behaviour */
/** @typedef {import("./world.mjs").World} World */

const notIn = pagesOnly("there is no page");
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Says of a page what it is told to say, and tells of it as browsers do, until it is put back. */
function playing() {
  const { document, navigator, dispatchEvent } = /** @type {any} */ (globalThis);
  const set = (/** @type {object} */ of, /** @type {string} */ name, /** @type {unknown} */ value) =>
    Object.defineProperty(of, name, { configurable: true, get: () => value });
  return {
    hide() {
      set(document, "visibilityState", "hidden");
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    },
    show() {
      delete document.visibilityState;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      dispatchEvent(new Event("pageshow"));
    },
    /** It was never hidden, as far as it knows. @param {boolean} persisted */
    tellOfShowing(persisted) {
      dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
    },
    unplug() {
      set(navigator, "onLine", false);
      dispatchEvent(new Event("offline"));
    },
    plug() {
      delete navigator.onLine;
      dispatchEvent(new Event("online"));
    },
  };
}

/**
 * A wait whose requests are written down, in ms from its start.
 * @param {World} world
 * @param {unknown} [reply]
 */
function waiting(world, reply = record()) {
  const own = answering(reply);
  const began = performance.now();
  /** @type {number[]} */
  const times = [];
  /** @type {(number | null)[]} */
  const nexts = [];
  const controller = new AbortController();
  const promise = world.api.waitForTask("t", reaching(world, {
    signal: controller.signal,
    pace: /** @type {const} */ ("eager"),
    fetch: (/** @type {string} */ input, /** @type {RequestInit} */ init) => {
      times.push(performance.now() - began);
      return own(input, init);
    },
    onProgress: (/** @type {import("../../pkg/index.js").Progress} */ { nextLookInMs }) => void nexts.push(nextLookInMs),
  }));
  const end = async () => {
    controller.abort("over");
    is(await rejection(promise), "over", "the reason");
  };
  return { times, nexts, end };
}

/** @type {Behaviour[]} */
export const page = [
  {
    name: "page: shown again it looks at once, but for half a second, and only once",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      const { times, end } = waiting(world);
      await pause(1_200);
      played.hide();
      await pause(500);
      const shown = performance.now();
      played.show();
      await pause(300);
      is(times.length, 1, "requests within the half second");
      await pause(1_200);
      is(times.length, 2, "requests after it");
      between(Number(times[1]), 2_190, 2_600, `ms from the start; shown ${shown}`);
      for (let times = 0; times < 3; times += 1) {
        played.hide();
        await pause(50);
        played.show();
        await pause(50);
      }
      await pause(1_200);
      is(times.length, 3, "requests after being shown three times in a moment");
      await end();
    },
  },
  {
    name: "page: brought back it looks at once, with no other word of it; a first showing is no reason",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      const { times, end } = waiting(world);
      await pause(1_000);
      played.tellOfShowing(false);
      await pause(900);
      is(times.length, 1, "requests after a first showing");
      const shown = performance.now();
      played.tellOfShowing(true);
      await pause(300);
      is(times.length, 1, "requests within the half second");
      await pause(1_200);
      is(times.length, 2, "requests after it");
      between(Number(times[1]), 2_390, 2_800, `ms from the start; shown ${shown}`);
      await end();
    },
  },
  {
    name: "page: hidden it looks more seldom",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      played.hide();
      const { nexts, end } = waiting(world);
      await pause(300);
      await end();
      played.show();
      const seen = waiting(world);
      await pause(300);
      await seen.end();
      ok(Number(nexts[0]) > 2 * Number(seen.nexts[0]), `hidden ${nexts[0]} ms, shown ${seen.nexts[0]} ms`);
    },
  },
  {
    name: "page: offline it polls rarely, and back online it looks at once",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      // What fails is looked at again a second later, were the page online.
      const { times, end } = waiting(world, () => new Response(null, { status: 502 }));
      await pause(200);
      played.unplug();
      await pause(3_500);
      is(times.length, 1, "requests while offline");
      played.plug();
      await pause(300);
      is(times.length, 1, "requests within half a second");
      await pause(700);
      is(times.length, 2, "requests after it");
      await end();
    },
  },
  {
    name: "page: offline its first poll is sent, and one that comes back well overrides what the browser says",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      played.unplug();
      const failing = waiting(world, () => new Response(null, { status: 502 }));
      const well = waiting(world);
      await pause(500);
      const next = Number(well.nexts[0]);
      ok(next < 15_000, `${next} ms until the next poll of a wait whose polls go well`);
      await pause(Math.max(next + 500, 2_000));
      await Promise.all([failing.end(), well.end()]);
      played.plug();
      is(failing.times.length, 1, "requests of a wait whose polls fail");
      between(well.times.length, 2, 3, "requests of a wait whose polls go well");
      is(failing.nexts.map((ms) => Number(ms) > 25_000).join(), "true", "whether the next poll is told to be far");
    },
  },
  {
    name: "page: many waits come back one after the other",
    alone: true,
    notIn,
    async run(world) {
      const played = playing();
      const own = answering(record());
      const shared = world.api.createClient(reaching(world, { fetch: own }));
      const controller = new AbortController();
      const waits = Array.from({ length: 6 }, (_, n) => rejection(shared.waitForTask(`t${n}`, { signal: controller.signal })));
      await pause(2_500);
      is(own.requests.length, 6, "first looks");
      played.hide();
      await pause(50);
      played.show();
      await pause(1_000);
      between(own.requests.length, 7, 9, "requests within a second of being shown, at most five in one");
      await pause(1_500);
      is(own.requests.length, 12, "requests in the end");
      controller.abort("over");
      await Promise.all(waits);
    },
  },
  {
    name: "page: nobody listens to it when nobody waits",
    alone: true,
    notIn,
    async run(world) {
      const target = /** @type {any} */ (globalThis);
      const { addEventListener, removeEventListener } = target;
      /** @type {Set<string>} */
      const listening = new Set();
      let most = 0;
      target.addEventListener = (/** @type {string} */ kind, /** @type {any} */ listener) => {
        listening.add(kind);
        most = Math.max(most, listening.size);
        addEventListener.call(target, kind, listener);
      };
      target.removeEventListener = (/** @type {string} */ kind, /** @type {any} */ listener) => {
        listening.delete(kind);
        removeEventListener.call(target, kind, listener);
      };
      try {
        const waits = [waiting(world), waiting(world)];
        await pause(300);
        await Promise.all(waits.map(({ end }) => end()));
        is(listening.size, 0, `left listening: ${[...listening]}`);
        is(most, 4, "kinds of events listened to");
      } finally {
        delete target.addEventListener;
        delete target.removeEventListener;
      }
    },
  },
];
