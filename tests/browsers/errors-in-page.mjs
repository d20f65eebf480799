// @ts-check
/** Where no driver tells what was thrown in a page and caught by nobody, or tells much else with it, the page itself collects that. */

/** An expression to evaluate before anything else in the page. */
export const WATCH = `void (globalThis.uncaughtHere ??= (() => {
  const errors = [];
  addEventListener("error", (event) => errors.push(String(event.error ?? event.message)));
  addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
  return errors;
})())`;

/** An expression for what it has collected. */
export const ERRORS = "globalThis.uncaughtHere";
