// How often one caller may ask. Each has a bucket that fills up evenly over a minute. What is refused is told to come
// back one after the other, as the bucket fills.
import { refusal, retryAfter } from "./answer.js";
import { groupsOf, ipv4In } from "./address.js";
import { setLatest } from "./latest.js";

/** How many callers are told apart at a time, at each width. */
const MOST_CALLERS = 10_000;
const MINUTE_MS = 60_000;

/**
 * The networks that a caller's address is in, from the one that a visitor has to himself to the one that he may have
 * many of. What is no address is its own and only network.
 *
 * @param {string} caller
 * @returns {string[]}
 */
export function networksOf(caller) {
  const groups = groupsOf(caller);
  if (groups === null) return [caller];
  const bytes = ipv4In(groups);
  if (bytes) return [4, 3, 2].map((length) => bytes.slice(0, length).join("."));
  return [4, 3, 2].map((length) => groups.slice(0, length).map((group) => group.toString(16)).join(":"));
}

/**
 * @param {number} perMinute
 */
export function createLimiter(perMinute) {
  const most = Math.max(1, perMinute);
  const gapMs = MINUTE_MS / perMinute;
  /** From narrow to wide. @type {Map<string, { left: number, at: number, told: number }>[]} */
  const widths = [new Map(), new Map(), new Map()];

  /**
   * The bucket that counts. Where there is no room for another caller, his wider network's does, so that he who has many
   * addresses neither gets a new bucket with each nor pushes the others' out.
   *
   * @param {string} caller
   * @param {number} now
   */
  function bucketOf(caller, now) {
    const networks = networksOf(caller);
    for (const [width, network] of networks.entries()) {
      const buckets = /** @type {(typeof widths)[0]} */ (widths[width]);
      dropFull(buckets, now);
      const isLast = width === networks.length - 1;
      if (isLast || buckets.has(network) || buckets.size < MOST_CALLERS) return { buckets, network };
    }
    throw new Error("A caller is in one network at least");
  }

  /**
   * @param {string | null} caller Null where callers cannot be told apart: a limit would be for all of them together.
   * @returns {import("./answer.js").Answer | null} The refusal, where it was too much.
   */
  return function limit(caller) {
    if (perMinute === Infinity || caller === null) return null;
    const now = Date.now();
    const { buckets, network } = bucketOf(caller, now);
    const known = buckets.get(network) ?? { left: most, at: now, told: now };
    const left = Math.min(most, known.left + Math.max(0, now - known.at) / gapMs);
    const told = left >= 1 ? known.told : nextTime(now, (1 - left) * gapMs, known.told, gapMs);
    setLatest(buckets, network, { left: left < 1 ? left : left - 1, at: now, told }, MOST_CALLERS);
    if (left >= 1) return null;
    return refusal(429, "Too many requests of this caller: ask again more slowly", { headers: retryAfter(told - now) });
  };
}

/**
 * When the next refused request is to come back: after the one before it, and within a minute or, where it takes longer,
 * when there is room for one more.
 *
 * @param {number} now
 * @param {number} waitMs Until there is room for one.
 * @param {number} before When the one before was told to come.
 * @param {number} gapMs
 */
function nextTime(now, waitMs, before, gapMs) {
  const at = Math.max(now + waitMs, before + gapMs);
  // What comes in spite of all that gets no later times, and no time of its own either.
  return at <= now + Math.max(waitMs, MINUTE_MS) ? at : now + Math.max(waitMs, MINUTE_MS * (0.5 + Math.random() / 2));
}

/**
 * Drops buckets that are full again, which is to know nothing of their callers. They are in the order of their use.
 *
 * @param {Map<string, { left: number, at: number, told: number }>} buckets
 * @param {number} now
 */
function dropFull(buckets, now) {
  for (const [network, { at }] of buckets) {
    if (now - at < MINUTE_MS) break;
    buckets.delete(network);
  }
}
