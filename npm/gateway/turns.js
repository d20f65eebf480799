// Which callers come when, where there is more to do than a budget allows. Each caller that has to
// come back is promised a time of its own, one interval of the budget after the one before, so that
// they do not come back at once.
import { setLatest } from "./latest.js";

/** How many promises are remembered. */
const MOST_PROMISED = 10_000;
/** A promise is kept for this long after its time: clients come back a little late. */
const GRACE_MS = 60_000;
/** A caller is told to come back after at most this long. */
const LONGEST_MS = 300_000;

/**
 * @param {number} perSecond The budget.
 * @param {number} patienceMs How long a caller may be kept waiting before it is told to come back.
 */
export function createTurns(perSecond, patienceMs) {
  const gapMs = 1_000 / perSecond;
  /** @type {Map<string, number>} When each caller was told to come back. */
  const promised = new Map();
  let last = -Infinity;

  /** No promise is further off than that, unless the clock was set back. @param {number} now */
  function forgetFuture(now) {
    if (last <= now + LONGEST_MS) return;
    last = -Infinity;
    promised.clear();
  }

  return {
    /**
     * How long this caller may be kept waiting: not at all before its time, and where others have
     * been promised the next turns.
     *
     * @param {string} caller
     * @param {number} now
     */
    patience(caller, now) {
      forgetFuture(now);
      const own = promised.get(caller);
      // A caller in time may have to wait for those who came a little late.
      if (own !== undefined && now < own + GRACE_MS) {
        return own <= now + patienceMs ? 2 * patienceMs : 0;
      }
      return last + gapMs <= now + patienceMs ? patienceMs : 0;
    },

    /**
     * In how many ms this caller is to come back, where its turn does not come before so many.
     *
     * @param {string} caller
     * @param {number} waitMs
     * @param {number} now
     */
    promise(caller, waitMs, now) {
      forgetFuture(now);
      const own = promised.get(caller) ?? -Infinity;
      if (own >= now + waitMs) return own - now;
      const at = Math.max(now + waitMs, last + gapMs);
      if (at > now + LONGEST_MS) return Math.max(waitMs, LONGEST_MS * (0.5 + Math.random() / 2));
      last = at;
      setLatest(promised, caller, at, MOST_PROMISED);
      return at - now;
    },

    /** This caller has had its turn. @param {string} caller */
    end(caller) {
      promised.delete(caller);
    },
  };
}
