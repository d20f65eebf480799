// What the API says in its own words may repeat the key and the prompt, in another spelling too. Both are taken out of it here, because
// the engine brings the tables for letters of all languages. Each step is linear in what it is given, and that is bounded.

/** Free text is read and handed on up to here. */
const MOST_CHARACTERS = 2_000;
/** The API takes no longer prompt. */
const LONGEST_PROMPT = 20_000;
/** A shorter prompt gives nothing away: taking every "a" out of a message would only garble it. */
const SHORTEST_PROMPT = 3;
/** So many letters and digits in a row give a piece of the prompt away. */
const PROMPT_RUN = 12;
/** A shorter key is a test's, and part of many words. */
export const SHORTEST_KEY = 8;
/** So many characters in a row of a longer key are as good as all of it. */
const KEY_RUN = 32;
/** What one character becomes by an escape, at most. */
const LONGEST_ESCAPE = 8;

/** Escapes of URLs, JSON and HTML. Each may be escaped itself, any number of times. */
const ESCAPE = /(?:%(?:25)*[\da-f]{2})+|\\+(?:u([\da-f]{4})|x([\da-f]{2})|[nrt])?|&(?:amp;)*(?:#x([\da-f]{1,6});|#(\d{1,7});|(quot|apos|lt|gt|nbsp);)?/gi;
/** An escape, or any other character. */
const PIECE = new RegExp(`${ESCAPE.source}|[^]`, "giu");
/** @type {Record<string, string>} */
const NAMED = { quot: '"', apos: "'", lt: "<", gt: ">" };
/** Controls, of terminals too, and what turns the direction of a text, breaks its line, or cannot be seen; without blanks. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text of the API, its beginning, without echoes of the key and of the prompts that are known. Anything but a text stays what it is.
 *
 * @param {unknown} text
 * @param {string} key
 * @param {unknown[]} params What `paramJson` holds or held: a JSON text or an object.
 */
export function clean(text, key, ...params) {
  if (typeof text !== "string") return text;
  let rest = text;
  if (key.length >= SHORTEST_KEY) rest = without(rest, plain(key, true), KEY_RUN, true, "[key]");
  for (const prompt of [...new Set(params)].flatMap(promptsOf)) {
    if (prompt.length >= SHORTEST_PROMPT) rest = without(rest, plain(prompt, false), PROMPT_RUN, false, "[prompt]");
  }
  return rest.slice(0, MOST_CHARACTERS).replace(UNSEEN, " ");
}

/**
 * Where the parameters cannot be read, all of them may be the prompt.
 *
 * @param {any} params
 */
function promptsOf(params) {
  let prompts = [params];
  try {
    const { prompt, input } = (typeof params === "string" ? JSON.parse(params) : params) ?? {};
    prompts = [prompt, input?.prompt];
  } catch {}
  return prompts.flatMap((prompt) => (typeof prompt === "string" ? prompt.trim().slice(0, LONGEST_PROMPT) : []));
}

/**
 * `text` without what it shares with the secret: the whole of it, or of a long one so many characters in a row.
 *
 * @param {string} text
 * @param {string} secret
 * @param {number} longestRun
 * @param {boolean} exact
 * @param {string} word
 */
function without(text, secret, longestRun, exact, word) {
  const run = Math.min(longestRun, secret.length);
  // An echo that begins within the limit is seen whole.
  const pieces = text.slice(0, MOST_CHARACTERS + run * LONGEST_ESCAPE).match(PIECE);
  if (!pieces || run === 0) return text;
  // The piece that each character of the plain text is of.
  /** @type {number[]} */
  const from = [];
  let all = "";
  pieces.forEach((piece, at) => {
    all += plain(piece, exact);
    while (from.length < all.length) from.push(at);
  });
  /** @type {Map<string, boolean>} */
  const shared = new Map();
  eachRun(all, run, (part) => shared.set(part, false));
  eachRun(secret, run, (part) => shared.has(part) && shared.set(part, true));
  const echoed = new Uint8Array(pieces.length);
  eachRun(all, run, (part, at) => shared.get(part) && echoed.fill(1, from[at], Number(from[at + run - 1]) + 1));
  let rest = "";
  let length = 0;
  pieces.forEach((piece, at) => {
    if (length < MOST_CHARACTERS) rest += echoed[at] ? (echoed[at - 1] ? "" : word) : piece;
    length += piece.length;
  });
  return rest;
}

/**
 * @param {string} text
 * @param {number} run
 * @param {(part: string, at: number) => void} visit Told of all that stands `run` characters long in the text.
 */
function eachRun(text, run, visit) {
  for (let at = 0; at + run <= text.length; at += 1) visit(text.slice(at, at + run), at);
}

/**
 * What all spellings of a text have in common: no escapes, one case; and where it is not exact, letters and digits alone, without accents. A
 * Chinese or Japanese character counts for three.
 *
 * @param {string} text
 * @param {boolean} exact
 */
function plain(text, exact) {
  const spelt = text.replace(ESCAPE, unescaped).toUpperCase();
  return exact ? spelt : spelt.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").replace(/[\u2e80-\uffff]/g, "$&$&$&");
}

/**
 * @param {string} escape
 * @param {(string | undefined)[]} parts
 */
function unescaped(escape, ...[utf16, latin, hex, decimal, name]) {
  if (escape[0] === "%") {
    try {
      return decodeURIComponent(escape.replace(/%(25)+(?=[\da-f]{2})/gi, "%"));
    } catch {
      return "";
    }
  }
  const digits = utf16 ?? latin ?? hex;
  if (digits ?? decimal) return String.fromCodePoint(Math.min(digits ? parseInt(digits, 16) : Number(decimal), 0x10ffff));
  if (name) return NAMED[name] ?? " ";
  return escape[0] === "&" ? "&" : /[nrt]$/i.test(escape) ? " " : "";
}
