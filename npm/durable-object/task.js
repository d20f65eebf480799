// One task's object: it looks upstream on its alarm for all who watch, and may be evicted from memory between two looks while their sockets stay.
import { DurableObject } from "cloudflare:workers";
import { refusal, retryAfter } from "../gateway/answer.js";
import { KEEP_RESULT_MS, connectionOf, keyOf, keyless } from "../gateway/look.js";
import { API } from "../gateway/options.js";
import { waitForTask } from "../workerd.js";
import { MIN_GAP_MS, after, begun } from "./record.js";
import { step } from "./step.js";

/** @typedef {import("./record.js").Known} Known */
/** @typedef {import("../gateway/answer.js").Answer} Answer */

const KNOWN = "task";
/** Too many requests, both of them, and maintenance: no task is meant. */
const PAUSES = [429, 433, 455];
/** A WebSocket's ordinary end. */
const SAID = 1_000;

/** @extends {DurableObject<import("../durable-object.d.ts").TaskEnvironment>} */
export class NanoBananaTask extends DurableObject {
  timeoutMs = 600_000;
  mostWatchers = 10_000;
  /** How long what is known stays when nobody asks for it any more. */
  keepMs = KEEP_RESULT_MS;
  apiMessages = false;

  /** The look under way, which is everybody's. @type {Promise<Known> | null} */
  #looking = null;
  /** A hint that came while a look was under way, which may have been too early. */
  #hinted = false;

  /**
   * From the gateway alone: an object has no address of its own.
   *
   * @param {Request} request
   */
  async fetch(request) {
    const taskId = new URL(request.url).searchParams.get("taskId") ?? "";
    if (request.method === "POST") return Response.json(await this.#hint());
    return request.headers.get("Upgrade") === "websocket" ? this.#watch(taskId) : Response.json(await this.#answer(taskId));
  }

  async alarm() {
    const known = await this.#known();
    if (known === null) return;
    const now = Date.now();
    if (this.#isWatched() && known.end === null) {
      if (known.handle?.deadlineAt && known.handle.deadlineAt <= now) await this.#keep({ ...known, handle: null, end: "late" });
      else if (known.nextLookAt <= now) await this.#look(known);
    } else if (known.lookedAt + this.keepMs <= now) {
      // Both: before compatibility date 2026-02-24 the first leaves the alarm.
      await this.ctx.storage.deleteAll();
      return this.ctx.storage.deleteAlarm();
    }
    await this.#setAlarm();
  }

  /** Watchers have nothing to say. */
  webSocketMessage() {}

  /** @param {WebSocket} socket */
  webSocketClose(socket) {
    // The alarm finds out that nobody is left; before compatibility date 2026-04-07 the other side waits for this.
    socket.close();
  }

  webSocketError() {}

  /** @param {string} taskId */
  async #watch(taskId) {
    if (this.ctx.getWebSockets().length >= this.mostWatchers) return Response.json(refusal(503, "Too many watch this task: ask for its state from time to time"));
    const now = Date.now();
    const known = (await this.#known()) ?? begun(taskId, now);
    // Nothing could be told but that, and a stream has the status of what goes well.
    const key = known.end === "done" || (await keyOf({ apiKey: this.env.NANOBANANA_API_KEY }));
    if (typeof key === "object") return Response.json(key);
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours);
    const isOver = known.end === "late" || known.end === "refused" || (known.handle?.deadlineAt ?? Infinity) <= now;
    // Whoever comes after a deadline begins anew.
    const current = isOver ? { ...known, handle: null, end: null } : known;
    if (current.end === "done" || (!isOver && now < current.nextLookAt)) tell(ours, current);
    await this.ctx.storage.put(KNOWN, current);
    await this.#setAlarm();
    return new Response(null, { status: 101, webSocket: theirs });
  }

  /** @param {string} taskId @returns {Promise<Answer>} */
  async #answer(taskId) {
    const now = Date.now();
    const known = (await this.#known()) ?? begun(taskId, now);
    if (known.answer !== null) {
      if (known.end === "done") return known.answer;
      // What a gateway without objects would keep for a second, is kept for a second, here or there: a pause may be a minute long. A failure
      // holds for as long as the API asks to be left alone, or as the core would leave it.
      const { keepMs, ...answer } = known.answer;
      const until = keepMs === undefined ? known.nextLookAt : known.lookedAt + keepMs;
      if (now < until) return keepMs === undefined ? refusedUntil(answer, until - now) : { ...answer, keepMs: until - now };
    }
    const seen = await this.#look(known);
    await this.#setAlarm();
    return seen.answer ?? refusal(500, "No look was taken");
  }

  /** The API says that something has happened, or somebody in its place: a reason to look, and no more. @returns {Promise<Answer>} */
  async #hint() {
    const known = await this.#known();
    if (known !== null && known.end === null && mayBeHurried(known.answer)) {
      this.#hinted = this.#looking !== null;
      await this.#keep({ ...known, nextLookAt: Math.min(known.nextLookAt, Math.max(Date.now(), known.lookedAt + MIN_GAP_MS)) });
      await this.#setAlarm();
    }
    return { status: 200, code: 200, body: JSON.stringify({ code: 200, msg: "success", data: null }) };
  }

  /** @param {Known} known @returns {Promise<Known>} */
  #look(known) {
    return (this.#looking ??= this.#lookOnce(known).finally(() => (this.#looking = null)));
  }

  /** @param {Known} known */
  async #lookOnce(known) {
    const { NANOBANANA_API_KEY: apiKey, NANOBANANA_BASE_URL: upstream = API } = this.env;
    const sent = { key: "" };
    const options = { ...connectionOf(apiKey, upstream, sent), timeoutMs: this.timeoutMs, pace: /** @type {const} */ ("eager") };
    const handing = { paramJson: false, apiMessages: this.apiMessages };
    const came = await step(waitForTask, known.handle ?? known.taskId, options, handing, known.history);
    const seen = after(known, { ...came, answer: keyless(came.answer, sent) }, Date.now());
    if (this.#hinted && mayBeHurried(seen.answer)) seen.nextLookAt = seen.lookedAt + MIN_GAP_MS;
    this.#hinted = false;
    await this.#keep(seen);
    return seen;
  }

  /** @returns {Promise<Known | null>} */
  async #known() {
    return (await this.ctx.storage.get(KNOWN)) ?? null;
  }

  /** Stores it, and tells whoever has not heard it. @param {Known} known */
  async #keep(known) {
    await this.ctx.storage.put(KNOWN, known);
    for (const socket of this.ctx.getWebSockets()) tell(socket, known);
  }

  /** Sets the alarm to what is to be done next, where none comes before. */
  async #setAlarm() {
    const known = await this.#known();
    if (known === null) return;
    const isLooking = known.end === null && this.#isWatched();
    const next = Math.min(known.nextLookAt, known.handle?.deadlineAt ?? Infinity);
    const at = isLooking ? next : known.lookedAt + this.keepMs;
    // One that comes too early finds nothing to do and sets the next.
    if (at < ((await this.ctx.storage.getAlarm()) ?? Infinity)) await this.ctx.storage.setAlarm(at);
  }

  #isWatched() {
    return this.ctx.getWebSockets().length > 0;
  }
}

/** Nobody's hint makes a pause shorter that the API has asked for. @param {Answer | null} answer */
function mayBeHurried(answer) {
  return !PAUSES.includes(Number(answer?.code)) && answer?.headers?.["Retry-After"] === undefined;
}

/**
 * What the API asked for some time ago, in what is left of it.
 *
 * @param {Answer} answer
 * @param {number} leftMs
 * @returns {Answer}
 */
function refusedUntil(answer, leftMs) {
  return answer.headers?.["Retry-After"] ? { ...answer, headers: { ...answer.headers, ...retryAfter(leftMs) } } : answer;
}

/**
 * @param {WebSocket} socket
 * @param {Known} known
 */
function tell(socket, { answer, version, end }) {
  try {
    if (answer !== null && socket.deserializeAttachment() !== version) {
      socket.send(answer.body);
      socket.serializeAttachment(version);
    }
    if (end !== null) socket.close(SAID);
  } catch {
    // It has gone, and is no watcher any more.
  }
}
