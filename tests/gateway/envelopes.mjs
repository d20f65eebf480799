// @ts-check
/** Random replies of an API that may answer with anything: the same ones for the same seed. */

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Reply */

const STATUSES = [
  200, 200, 200, 200, 201, 202, 206, 300, 307, 400, 401, 402, 403, 404, 408, 409, 410, 418, 422, 425, 429, 433, 451, 455, 499, 500, 501, 502,
  503, 504, 505, 524, 530, 599, 600, 999,
];
const ODD_CODES = [null, "", 0, -1, 1, 7, 100, 200.5, 429.5, 1e21, "200", "429", " 401 ", "abc", true, false, {}, [], [401], { code: 429 }];
const WORDS = [
  "success", "", " ", null, 7, {}, "Task not found", "record is null", "recordInfo does not exist", "The API key is invalid", "No API key was given", "parameter error: taskId",
  "slower", "content policy: \"a fox\"", "two\nlines", "a\u0007bell", "x".repeat(500), "https://pictures.example/1.png", "(in brackets)", "ünïcode 🍌",
];
const FLAGS = [0, 1, 2, 3, 1, 2, 3, 7, -1, "1", "2", null, true];
const URLS = ["https://pictures.example/1.png", "http://pictures.example/2.png", "ftp://pictures.example/3.png", "", null, 7];
const TIMES = ["2026-01-05 10:00:00", "2026-01-05T10:00:00Z", 1_767_607_200_000, "1767607200000", null, "", "soon"];
const TEXTS = ["", "null", "[]", "7", "\"text\"", "{", "{}", "<!doctype html><h1>Bad gateway</h1>", "error code: 1010"];

/**
 * A generator of numbers from 0 to 1 (mulberry32).
 * @param {number} seed
 */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * @param {number} seed
 * @param {number} count
 * @returns {Reply[]}
 */
export function randomReplies(seed, count) {
  const random = randomOf(seed);
  const chance = (/** @type {number} */ share) => random() < share;
  /** @template T @param {T[]} list @returns {T} */
  const one = (list) => /** @type {T} */ (list[Math.floor(random() * list.length)]);
  /** An object with each member by chance. @param {Record<string, () => unknown>} members */
  const some = (members) => Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (chance(0.8) ? [[name, value()]] : [])));

  const response = () => one([null, undefined, "text", some({ resultImageUrl: () => one(URLS), originImageUrl: () => one(URLS) })]);
  const task = () =>
    some({
      taskId: () => one(["t", "", null, 7]),
      successFlag: () => one(FLAGS),
      response,
      errorCode: () => one([...ODD_CODES, 400, 422, 500, 501, 501]),
      errorMessage: () => one(WORDS),
      createTime: () => one(TIMES),
      completeTime: () => one(TIMES),
      operationType: () => one(["nanobanana_TEXTTOIAMGE", null, "", 7, "a sentence of the API"]),
      paramJson: () => one(['{"prompt":"a fox"}', "", null, {}]),
    });
  const data = () => one([null, undefined, null, {}, [], "text", 0, false, true, task(), task(), task()]);
  const code = () => one([one(STATUSES), one(STATUSES), 200, undefined, one(ODD_CODES)]);
  const envelope = () => ({ code: code(), ...(chance(0.8) && { msg: one(WORDS) }), ...(chance(0.2) && { message: one(WORDS) }), data: data() });

  return Array.from({ length: count }, () => ({
    status: one(STATUSES),
    headers: { "Content-Type": "application/json", ...(chance(0.2) && { "Retry-After": one(["7", "0", "soon", "120"]) }) },
    body: chance(0.9) ? JSON.stringify(envelope()) : one(TEXTS),
  }));
}
