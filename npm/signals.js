// One listener for each kind of event of a signal or a page, however many calls it is to end or to wake: Node warns of more than ten.

/** @type {WeakMap<EventTarget, { calls: Set<() => void>, listener: (event: Event) => void }>} */
const heeded = new WeakMap();

/**
 * Has `call` called when the signal aborts, until what it returns is called; or at other events of another target, after `before`.
 *
 * @param {EventTarget} target
 * @param {() => void} call
 * @param {string[]} [kinds]
 * @param {(event: Event) => void} [before]
 */
export function heed(target, call, kinds = ["abort"], before) {
  const calls = new Set();
  const { calls: all, listener } = heeded.get(target) ?? {
    calls,
    listener: (event) => {
      before?.(event);
      calls.forEach((each) => each());
    },
  };
  if (all.size === 0) {
    // Where something has made a `document` for itself, there may be no events of a page.
    for (const kind of kinds) target.addEventListener?.(kind, listener);
    heeded.set(target, { calls: all, listener });
  }
  all.add(call);
  return () => {
    if (all.delete(call) && all.size === 0) {
      heeded.delete(target);
      for (const kind of kinds) target.removeEventListener?.(kind, listener);
    }
  };
}
