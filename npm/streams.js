// Which look of a browser may be answered with a stream. Over HTTP/1.1 all tabs together have six
// connections to an origin: all pages of a site share one stream, by a Web Lock, and by a
// BroadcastChannel the tab that has it tells the others what it brings. Without Web Locks (a page
// that came by plain HTTP) each page has one stream of its own. Nothing here exists before a wait.

/** Of the lock and of the channel; the gateway's origin follows. */
const NAME = "nanobanana-task stream ";
/** Copies of this package in one page count along. */
const HELD = Symbol.for(NAME);
/** For so long after a stream was given up for other requests no other is opened. */
const NO_STREAMS_MS = 300_000;
/** A request that had to wait so long for a connection is one that queued. */
const QUEUED_MS = 300;
/** A poll that has no answer after so long may be queueing. Each that was not doubles it. */
let lateMs = 5_000;
/** Within so long after its end a request has its resource timing. */
const TIMED_MS = 1_000;
/** A tab that has the stream answers others within this time, or is busy or frozen. */
const ANSWER_MS = 1_000;

/** @type {any} */
const page = globalThis;
let closedUntil = 0;
/** Frees the lock that keeps other tabs from opening a stream after this one has given it up. */
let reopen = () => {};

/**
 * What a request has that may be answered with a stream.
 * @typedef {object} Place
 * @property {AbortSignal} signal When the stream is to end.
 * @property {() => void} leave Ends it, and gives back all that belongs to it.
 * @property {(event: string | null) => void} tell Tells other tabs what it brings.
 * @property {Response} [reply] What another tab's stream brings: nothing needs to be requested.
 */

/**
 * The place for a stream, where it is free; or the reply that another tab's stream of the same task
 * makes.
 *
 * @param {string} url Of the task.
 * @param {AbortSignal} signal Of the request.
 * @param {number} silenceMs A stream that shows no sign of life for so long is over.
 * @param {boolean} mayShare The request is the runtime's own fetch, and not the caller's.
 * @param {boolean} [mayFollow] Another tab's stream will do.
 * @returns {Promise<Place | undefined>}
 */
export async function placeFor(url, signal, silenceMs, mayShare, mayFollow) {
  const mayHaveOne = !page[HELD] || (mayShare && mayFollow);
  if (!mayHaveOne || performance.now() < closedUntil) return;
  const ending = new AbortController();
  const place = { signal: ending.signal, leave: () => ending.abort(), tell() {} };
  signal.addEventListener("abort", place.leave);
  try {
    const free = await take(url, place, silenceMs, mayShare);
    const found = free ?? (mayShare && mayFollow ? await follow(url, place) : undefined);
    if (found && !signal.aborted) return found;
  } catch {
    // A page that may not use locks and channels polls.
  }
  place.leave();
}

/**
 * The one place of this page, and of all pages where these can tell.
 *
 * @param {string} url
 * @param {Place} place
 * @param {number} silenceMs
 * @param {boolean} mayShare
 * @returns {Promise<Place | undefined>}
 */
async function take(url, place, silenceMs, mayShare) {
  if (page[HELD]) return;
  page[HELD] = true;
  const ends = endOf(place);
  let kept = ends;
  const locks = globalThis.navigator?.locks;
  const isFree = await new Promise((resolve) => {
    if (!locks) return resolve(true);
    const hold = async (/** @type {Lock | null} */ lock) => {
      resolve(lock);
      if (lock) await ends.then(() => kept);
    };
    // Where a page may not use locks, its own stream is all that it knows of.
    const refused = () => resolve(true);
    locks.request(NAME + originOf(url), { ifAvailable: true }, hold).catch(refused);
  });
  const free = () => void delete page[HELD];
  if (!isFree) return free();
  void ends.then(() => kept).then(free);

  const giveUp = () => {
    if (place.signal.aborted) return;
    closedUntil = performance.now() + NO_STREAMS_MS;
    kept = new Promise((resolve) => {
      const timer = setTimeout(resolve, NO_STREAMS_MS);
      reopen = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    place.leave();
  };
  watchQueue(originOf(url), place.signal, giveUp);
  if (canShare()) {
    const channel = channelOf(url);
    void ends.then(() => kept).then(() => channel.close());
    share(url, place, silenceMs, mayShare, channel);
    let late = 0;
    channel.addEventListener("message", ({ data }) => {
      if (data?.isLate === true) {
        late += 1;
        giveUp();
      } else if (data?.isLate === false && late > 0) {
        late -= 1;
        if (late > 0 || !place.signal.aborted) return;
        closedUntil = 0;
        reopen();
      }
    });
  }
  return place;
}

const originOf = (/** @type {string} */ url) => new URL(url).origin;
const canShare = () => globalThis.navigator?.locks && typeof BroadcastChannel === "function";
const channelOf = (/** @type {string} */ url) => new BroadcastChannel(NAME + originOf(url));
/** @param {Place} place @returns {Promise<unknown>} */
const endOf = ({ signal }) =>
  new Promise((end) => (signal.aborted ? end(0) : signal.addEventListener("abort", end)));

/** No call of this page waits any more. */
export const idle = () => reopen();

/**
 * Has the tab with the stream give it up where a poll gets no answer, until what it returns is
 * called. A request that is under way has no resource timing: only when it has ended is it known
 * whether it queued, and where it did not, there may be streams again.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 */
export function watchPoll(url, signal) {
  const began = performance.now();
  /** @type {PerformanceObserver | undefined} */
  let observer;
  const tell = (/** @type {boolean} */ isLate) => {
    const channel = channelOf(url);
    channel.postMessage({ isLate });
    channel.close();
  };
  const timer = setTimeout(() => {
    if (!canShare()) return;
    tell(true);
    observer = timings((entry) => {
      if (entry.name !== url || entry.fetchStart < began || !entry.requestStart) return;
      observer?.disconnect();
      if (hasQueued(entry)) return;
      lateMs *= 2;
      tell(false);
    });
  }, lateMs);
  const end = () => {
    clearTimeout(timer);
    if (observer) setTimeout(() => observer?.disconnect(), TIMED_MS);
  };
  signal.addEventListener("abort", end);
  return end;
}

/**
 * Tells other tabs what the stream brings, from its first event on. A second lock says so for as
 * long as it lasts. A tab that is frozen still receives messages, while its timers and its stream
 * stand still: another tab's question then ends a stream that has been silent for too long. What a
 * caller's own fetch brings is told to no other tab.
 *
 * @param {string} url
 * @param {Place} place
 * @param {number} silenceMs
 * @param {boolean} mayShare
 * @param {BroadcastChannel} channel
 */
function share(url, place, silenceMs, mayShare, channel) {
  if (!mayShare) return;
  /** @type {string | undefined} */
  let last;
  let toldAt = performance.now();
  const ends = endOf(place);
  channel.onmessage = ({ data }) => {
    if (data?.ask !== url || !last || place.signal.aborted) return;
    if (performance.now() - toldAt >= silenceMs) place.leave();
    else channel.postMessage({ url, event: last, isAnswer: true });
  };
  place.tell = (event) => {
    if (place.signal.aborted) return;
    toldAt = performance.now();
    if (event !== null && last === undefined) {
      navigator.locks.request(NAME + url, () => ends).catch(() => {});
    }
    last = event ?? last;
    channel.postMessage({ url, event });
  };
}

/**
 * The reply that another tab's stream makes, as the server-sent events that it was; nothing where
 * no tab has one of this task.
 *
 * @param {string} url
 * @param {Place} place
 * @returns {Promise<Place | undefined>}
 */
async function follow(url, place) {
  if (!canShare()) return;
  const task = NAME + url;
  const { held = [] } = await navigator.locks.query();
  if (place.signal.aborted || !held.some((lock) => lock.name === task)) return;
  const channel = channelOf(url);
  place.signal.addEventListener("abort", () => channel.close());
  const encoder = new TextEncoder();
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let controller;
  const start = (/** @type {typeof controller} */ given) => void (controller = given);
  const body = new ReadableStream({ start, cancel: place.leave });
  /** @param {string | null} event */
  const textOf = (event) =>
    event === null ? ":\n\n" : `data:${event.replaceAll("\n", "\ndata:")}\n\n`;
  let hasBegun = false;
  const isAnswered = await new Promise((resolve) => {
    const timer = setTimeout(resolve, ANSWER_MS);
    const end = () => (clearTimeout(timer), resolve(false));
    place.signal.addEventListener("abort", end);
    channel.onmessage = ({ data }) => {
      // What the stream brought before is no sign of life to a tab that has heard of it.
      if (data?.url !== url || (hasBegun && data.isAnswer)) return;
      const { event } = data;
      if (typeof event !== "string" && event !== null) return;
      clearTimeout(timer);
      hasBegun = true;
      resolve(true);
      controller.enqueue(encoder.encode(textOf(event)));
    };
    channel.postMessage({ ask: url });
  });
  if (!isAnswered) return;
  // It is granted when the stream has ended, or its tab has.
  navigator.locks.request(task, { mode: "shared", signal: place.signal }, place.leave).catch(() => {});
  const headers = { "Content-Type": "text/event-stream" };
  return { ...place, reply: new Response(body, { headers }) };
}

/**
 * Calls `giveUp` when a request of this page to the same origin had to wait for a connection.
 *
 * @param {string} origin
 * @param {AbortSignal} signal
 * @param {() => void} giveUp
 */
function watchQueue(origin, signal, giveUp) {
  const began = performance.now();
  const observer = timings((entry) => {
    const isLater = entry.name.startsWith(`${origin}/`) && entry.fetchStart > began;
    if (isLater && hasQueued(entry)) giveUp();
  });
  signal.addEventListener("abort", () => observer?.disconnect());
}

/**
 * Calls `call` with the timing of each request of this page that ends from now on.
 *
 * @param {(entry: PerformanceResourceTiming) => void} call
 */
function timings(call) {
  if (typeof PerformanceObserver !== "function") return;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) call(/** @type {PerformanceResourceTiming} */ (entry));
  });
  observer.observe({ type: "resource" });
  return observer;
}

/** Whether a request waited for a connection. @param {PerformanceResourceTiming} entry */
const hasQueued = (entry) =>
  entry.nextHopProtocol === "http/1.1" &&
  entry.requestStart - entry.fetchStart - (entry.connectEnd - entry.domainLookupStart) > QUEUED_MS;
