// @ts-check
/** What the behaviours need of an assertion library, in any runtime. */

/** An expectation that was not met. */
export class Unmet extends Error {
  name = "Unmet";
}

/**
 * @param {unknown} truth
 * @param {string} what
 * @returns {asserts truth}
 */
export function ok(truth, what) {
  if (!truth) throw new Unmet(what);
}

/**
 * The same value, by identity for objects.
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function is(actual, expected, what) {
  ok(Object.is(actual, expected), `${what}: ${show(actual)} where ${show(expected)} was expected`);
}

/**
 * Equal all the way down: the same own enumerable members and no others, the same instants, the same kinds of objects.
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function same(actual, expected, what) {
  if (!isObject(actual) || !isObject(expected)) return is(actual, expected, what);
  is(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${what}, its prototype`);
  if (actual instanceof Date && expected instanceof Date) return is(actual.getTime(), expected.getTime(), `${what}, its instant`);
  is(Object.keys(actual).sort().join(), Object.keys(expected).sort().join(), `${what}, its members`);
  for (const name of Object.keys(expected)) same(actual[name], expected[name], `${what}.${name}`);
}

/**
 * At least these members, each equal all the way down.
 * @param {object} actual
 * @param {Record<string, unknown>} expected
 * @param {string} what
 */
export function has(actual, expected, what) {
  for (const [name, value] of Object.entries(expected)) same(/** @type {any} */ (actual)[name], value, `${what}.${name}`);
}

/**
 * @param {number} actual
 * @param {number} least
 * @param {number} most
 * @param {string} what
 */
export function between(actual, least, most, what) {
  ok(typeof actual === "number" && actual >= least && actual <= most, `${what}: ${show(actual)} is not from ${least} to ${most}`);
}

/**
 * @param {unknown} text
 * @param {RegExp} pattern
 * @param {string} what
 */
export function matches(text, pattern, what) {
  ok(typeof text === "string" && pattern.test(text), `${what}: ${show(text)} does not match ${pattern}`);
}

/**
 * What the promise rejects with.
 * @param {Promise<unknown>} promise
 * @returns {Promise<unknown>}
 */
export function rejection(promise) {
  return promise.then(
    (value) => {
      throw new Unmet(`resolved with ${show(value)} where a rejection was expected`);
    },
    (reason) => reason,
  );
}

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks until the answer is true. For what happens elsewhere and soon, such as a server noticing that its client has left.
 * @param {string} what
 * @param {() => boolean | Promise<boolean>} condition
 * @param {number} [withinMs]
 */
export async function until(what, condition, withinMs = 3_000) {
  for (const end = Date.now() + withinMs; !(await condition()); await pause(25)) {
    ok(Date.now() < end, `${what}: not within ${withinMs} ms`);
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** @param {unknown} value @returns {string} */
function show(value) {
  if (value instanceof Error) return `${value.name} "${value.message}"`;
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
