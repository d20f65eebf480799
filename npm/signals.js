// One listener on a signal, however many calls it is to end: Node warns of more than ten.

/** @type {WeakMap<AbortSignal, { calls: Set<() => void>, listener: () => void }>} */
const heeded = new WeakMap();

/**
 * Has `call` called when the signal aborts, until what it returns is called.
 *
 * @param {AbortSignal} signal
 * @param {() => void} call
 */
export function heed(signal, call) {
  const calls = new Set();
  const { calls: all, listener } = heeded.get(signal) ?? { calls, listener: () => calls.forEach((each) => each()) };
  if (all.size === 0) {
    signal.addEventListener("abort", listener);
    heeded.set(signal, { calls: all, listener });
  }
  all.add(call);
  return () => {
    if (all.delete(call) && all.size === 0) {
      heeded.delete(signal);
      signal.removeEventListener("abort", listener);
    }
  };
}
