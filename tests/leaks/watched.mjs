// @ts-check
/** What the package keeps, counted from outside, in any runtime. It has to be imported before the package. */

/** The instance's own memory, which no function of the package shows. @type {WebAssembly.Memory | undefined} */
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {any} */ ...all) => {
    const made = /** @type {any} */ (await instantiate(.../** @type {[any]} */ (all)));
    // The package is made from bytes. Node.js makes a parser of HTTP for itself, from a module, and later than the first wait.
    if (made.instance) memory = /** @type {any} */ (Object.values(made.instance.exports).find((each) => each instanceof WebAssembly.Memory));
    return made;
  }
);

/** Timers that have neither fired nor been cleared. @type {Set<unknown>} */
const timers = new Set();
let mostTimers = 0;
const { setTimeout: set, clearTimeout: clear } = globalThis;
globalThis.setTimeout = /** @type {any} */ (
  (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
    const timer = set(() => (timers.delete(timer), callback()), ms);
    timers.add(timer);
    mostTimers = Math.max(mostTimers, timers.size);
    return timer;
  }
);
globalThis.clearTimeout = /** @type {any} */ ((/** @type {any} */ timer) => (timers.delete(timer), clear(timer)));

/** A moment later, by a timer that is not counted. @param {() => void} callback */
export const later = (callback) => void set(callback, 0);

/** Who listens to a target that is watched, and to what. @type {WeakMap<object, [kind: string, listener: unknown][]>} */
const listening = new WeakMap();
let listeners = 0;
let mostListeners = 0;
const { addEventListener, removeEventListener } = EventTarget.prototype;
EventTarget.prototype.addEventListener = /** @type {any} */ (
  /** @this {any} @param {[kind: string, listener: any]} all */
  function (...all) {
    const target = this ?? globalThis;
    const here = listening.get(target);
    if (here && place(here, all) < 0) {
      here.push([all[0], all[1]]);
      listeners += 1;
      mostListeners = Math.max(mostListeners, listeners);
    }
    return addEventListener.apply(target, all);
  }
);
EventTarget.prototype.removeEventListener = /** @type {any} */ (
  /** @this {any} @param {[kind: string, listener: any]} all */
  function (...all) {
    const target = this ?? globalThis;
    const here = listening.get(target);
    const at = here ? place(here, all) : -1;
    if (at >= 0) {
      here?.splice(at, 1);
      listeners -= 1;
    }
    return removeEventListener.apply(target, all);
  }
);

/** @param {[kind: string, listener: unknown][]} here @param {[kind: string, listener: unknown]} sought */
function place(here, [kind, listener]) {
  return here.findIndex((each) => each[0] === kind && each[1] === listener);
}

/**
 * Counts this target's listeners from now on. Not every target's: Node.js has some of its own on the signals of requests.
 * @template {EventTarget} T
 * @param {T} target
 */
export function watched(target) {
  listening.set(target, []);
  return target;
}

/** What is there now. */
export function figures() {
  return { bytes: memory?.buffer.byteLength ?? NaN, timers: timers.size, listeners };
}

/** The most that there were at a time. */
export function most() {
  return { timers: mostTimers, listeners: mostListeners };
}
