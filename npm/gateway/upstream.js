// Polls of the API for all visitors, over one client: its budget, its cool-down and its requests
// are everybody's. Where the budget is used up, a visitor gets the last known state with its age,
// or is told when to come back.
import { refusal, retryAfter } from "./answer.js";
import { keepAlive } from "./context.js";
import { setLatest } from "./latest.js";
import { connectionOf, failed, found, keyless } from "./look.js";
import { createTurns } from "./turns.js";

/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */
/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {{ answer: Answer, at: number, until: number }} Kept */

/** Answers that are kept, and how many with the prompts, which may be long. */
const MOST_KEPT = 5_000;
const MOST_KEPT_WITH_PARAMS = 500;
/**
 * How long a visitor waits for the turn of its task. A client gives a request 15 s, and the API has
 * to answer in that.
 */
const PATIENCE_MS = 5_000;
/** A state that is older than this says too little of a task to be handed out. */
const USEFUL_MS = 60_000;
/** A visitor that got an old state may come back after this: others may have left by then. */
const LONGEST_PAUSE_MS = 10_000;
/** How long a failure stands for the next visitors of the same task. */
const KEEP_FAILURE_MS = 1_000;
/** The least that the client takes for a time to wait: only a turn that is free now will do. */
const NOT_AT_ALL_MS = 1;

/**
 * @param {typeof import("../../src/types.d.ts").createClient} createClient
 * @param {import("./options.js").Settings} settings
 */
export function createUpstream(createClient, { apiKey, upstream, perSecond, cache, ...handing }) {
  const sent = { key: "" };
  const connection = connectionOf(apiKey, upstream, sent);
  const client = createClient({ ...connection, maxRequestsPerSecond: perSecond });
  const turns = createTurns(perSecond, PATIENCE_MS);
  /**
   * What was last heard of a task. It stays after its time, as the last known state.
   *
   * @type {Map<string, Kept>}
   */
  const known = new Map();
  /** @type {Map<string, Kept>} Failures, which hide no state. */
  const failures = new Map();
  /** @type {Map<string, number>} Since when a visitor of a task waits for its turn or its reply. */
  const asking = new Map();
  const mostKept = handing.paramJson ? MOST_KEPT_WITH_PARAMS : MOST_KEPT;

  /**
   * @param {string} taskId
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async function ask(taskId, signal) {
    // Another request may be sent with a newer key before this one is answered.
    const before = { ...sent };
    try {
      const queueTimeoutMs = patience(taskId, Date.now());
      const details = await client.getTaskDetails(taskId, { signal, queueTimeoutMs });
      turns.end(taskId);
      const answer = keyless(keyless(found(details, handing), sent), before);
      if (answer.seenAt === undefined) return kept(taskId, answer, null);
      failures.delete(taskId);
      if (cache) setLatest(known, taskId, since(answer, answer.keepMs ?? 0), mostKept);
      return answer;
    } catch (thrown) {
      // The caller has left, and this answer reaches no one.
      if (signal.aborted) return refusal(503, "The caller has left");
      const error = /** @type {TaskError} */ (thrown);
      const { kind, attempts, retryAfterMs } = error;
      if (kind === "timed-out" && attempts === 0 && retryAfterMs !== null) {
        return later(taskId, retryAfterMs);
      }
      turns.end(taskId);
      const answer = keyless(keyless(failed(error, handing), sent), before);
      // The API's wish to be left alone altogether is the client's to heed.
      return kind === "rate-limited" ? answer : kept(taskId, answer, retryAfterMs);
    } finally {
      asking.delete(taskId);
    }
  }

  /**
   * How long a visitor waits for the turn of its task. To share the turn of another costs nothing.
   *
   * @param {string} taskId
   * @param {number} now
   */
  function patience(taskId, now) {
    const longest = 2 * PATIENCE_MS;
    // In Workers one may have been dropped, and is not deleted.
    if (now - (asking.get(taskId) ?? -Infinity) < longest) return longest;
    asking.set(taskId, now);
    return turns.patience(taskId, now) || NOT_AT_ALL_MS;
  }

  /**
   * A failure, which stands for the next visitors of its task as well: for as long as the API asks
   * to be left alone about that, and else for a moment.
   *
   * @param {string} taskId
   * @param {Answer} answer
   * @param {number | null} askedMs
   */
  function kept(taskId, answer, askedMs) {
    const ms = askedMs ?? (cache ? KEEP_FAILURE_MS : 0);
    if (ms > 0) setLatest(failures, taskId, since(answer, ms), MOST_KEPT);
    return answer;
  }

  /**
   * Where a task has no turn in time.
   *
   * @param {string} taskId
   * @param {number} waitMs Until the client could ask again.
   * @returns {Answer}
   */
  function later(taskId, waitMs) {
    const now = Date.now();
    const againMs = turns.promise(taskId, waitMs, now);
    const last = known.get(taskId)?.answer;
    if (last?.seenAt !== undefined && isWithin(last.seenAt, USEFUL_MS, now)) {
      return { ...last, headers: again(Math.max(waitMs, Math.min(againMs, LONGEST_PAUSE_MS))) };
    }
    const headers = again(againMs);
    const says = "The gateway asks the API as often as it may, and has no turn for this task yet";
    return refusal(503, `${says}: ask again in ${headers["Retry-After"]} s`, { headers });
  }

  /**
   * @param {string} taskId
   * @param {AbortSignal} signal Of the visitor. With the last who waits for a request, that ends.
   * @param {unknown} context
   * @returns {Promise<Answer>}
   */
  return async function poll(taskId, signal, context) {
    const now = Date.now();
    const state = known.get(taskId);
    if (state && isCurrent(state, now)) return state.answer;
    const failure = failures.get(taskId);
    if (failure && isCurrent(failure, now)) return heldFailure(failure, now);
    failures.delete(taskId);
    const asked = ask(taskId, signal);
    keepAlive(context, asked);
    return asked;
  };
}

/**
 * @param {Answer} answer
 * @param {number} ms How long it stands.
 * @returns {Kept}
 */
function since(answer, ms) {
  const at = Date.now();
  return { answer, at, until: at + ms };
}

/**
 * @param {Kept} kept
 * @param {number} now
 */
const isCurrent = ({ at, until }, now) => isWithin(at, until - at, now);

/**
 * Whether it is less than so long since then; not where the clock was set back.
 *
 * @param {number} at
 * @param {number} ms
 * @param {number} now
 */
const isWithin = (at, ms, now) => now >= at && now < at + ms;

/**
 * In whole seconds that are over before the turn comes: it is kept for a caller that comes a little late.
 * @param {number} ms
 */
const again = (ms) => retryAfter(Math.max(1, Math.floor(ms / 1_000)) * 1_000);

/**
 * A failure that is told once more, with what is left of the time that the API asked for.
 *
 * @param {Kept} failure
 * @param {number} now
 * @returns {Answer}
 */
function heldFailure({ answer, until }, now) {
  return answer.headers?.["Retry-After"]
    ? { ...answer, headers: { ...answer.headers, ...retryAfter(until - now) } }
    : answer;
}
