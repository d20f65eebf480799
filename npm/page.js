// The page that waits, where there is one: what it is doing, and word of when that changes.
import { heed } from "./signals.js";

/** `visibilitychange` comes up from the document. */
const EVENTS = ["visibilitychange", "pageshow", "online", "offline"];

/** Of each change, because of `pageshow` nothing else stays. */
let changes = 0;

/** What it is doing now: -2 without a network, -1 out of sight, and else a number that is another after it was brought back. */
export function page() {
  if (globalThis.navigator?.onLine === false) return -2;
  return document.visibilityState === "hidden" ? -1 : changes;
}

/**
 * Has `call` called when the page changes, until what it returns is called.
 *
 * @param {() => void} call
 */
export function heedPage(call) {
  return heed(globalThis, call, EVENTS, (/** @type {Event & { persisted?: boolean }} */ { persisted }) => {
    // A page that is shown for the first time was not gone.
    if (persisted !== false) changes += 1;
  });
}
