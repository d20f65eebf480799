// What the API says in its own words may repeat the key and the prompt, in another spelling too. Both are taken out of it here, because
// the engine brings the tables for letters of all languages. Each step is linear in what it is given, and that is bounded.

/** Free text is read and handed on up to here. */
const MOST_CHARACTERS = 2_000;
/** The API takes no longer prompt. */
const LONGEST_PROMPT = 20_000;
/** All prompts of a reply are compared up to so many letters: a Chinese one of that length has as many. */
const MOST_LETTERS = 3 * LONGEST_PROMPT;
/** So much of a prompt is taken apart at a time. */
const PORTION = 1_000;
/** Parameters are parsed up to here, in characters. Parsing a megabyte of brackets takes a tenth of a second. */
const LONGEST_PARAMS = 100_000;
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
/** A text ends where its letters come to so many: twice as many as 2,000 Chinese characters count for. */
const MOST_COMPARED = 6 * MOST_CHARACTERS;

/** Escapes of URLs, JSON and HTML. Each may be escaped itself, any number of times. */
const ESCAPE =
  /(?:%(?:25)*[\da-f]{2})+|\\+(?:u([\da-f]{4})|u\{([\da-f]{1,6})\}|x([\da-f]{2})|[nrt])?|&(?:amp;)*(?:#x([\da-f]{1,6});?|#(\d{1,7});?|([a-z]{2,8});)?/gi;
/** An escape, or any other character. */
const PIECE = new RegExp(`${ESCAPE.source}|[^]`, "giu");
/** HTML's names of what a key or a text has. @type {Record<string, string>} */
const NAMED = {
  quot: '"', apos: "'", lt: "<", gt: ">", nbsp: " ", hyphen: "-", dash: "-", plus: "+", sol: "/", equals: "=", lowbar: "_", period: ".", colon: ":",
  szlig: "ß", oslash: "ø", aelig: "æ", oelig: "œ", eth: "ð", thorn: "þ",
};
/** HTML's name of a letter with an accent, which makes no difference. */
const ACCENTED = /^([a-z])(?:uml|acute|grave|circ|tilde|cedil|ring|caron)$/;
/** A character of several bytes, each byte written as a character. */
const UTF8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
/** A prompt in parameters that are not parsed: too long, or cut. */
const PROMPT = /"prompt"\s*:\s*"((?:[^"\\]|\\.){1,20000})/;
const EMOJI = /\p{Extended_Pictographic}|\p{RI}/u;
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
  if (typeof text !== "string" || text === "") return text;
  let rest = text;
  if (key.length >= SHORTEST_KEY) rest = without(rest, runsOf([plain(key, true)], KEY_RUN), true, "[key]");
  const { letters, emoji } = promptsIn(params);
  rest = without(rest, letters, false, "[prompt]");
  return without(rest, emoji, true, "[prompt]").slice(0, MOST_CHARACTERS).replace(UNSEEN, " ");
}

/**
 * Whether a JSON text of any length repeats the whole key, percent-encoded too. It is searched and not decoded, because that is ten times as fast.
 *
 * @param {string} json
 * @param {string} key
 */
export function holdsKey(json, key) {
  if (key.length < SHORTEST_KEY) return false;
  const letters = Array.from(key, (letter) => {
    const hex = letter.charCodeAt(0).toString(16).padStart(2, "0");
    return `(?:${JSON.stringify(letter).slice(1, -1).replace(/\W/g, "\\$&")}|%(?:25)*${hex})`;
  });
  return new RegExp(letters.join(""), "i").test(json);
}

/** All that a secret has in a row, by the length of that. @typedef {Map<number, Set<string>>} Runs */

/**
 * Of the last parameters. A reply's texts are cleaned in one go; after that it is forgotten.
 *
 * @type {{ params: unknown[], letters: Runs, emoji: Runs } | undefined}
 */
let known;

/** @param {unknown[]} params */
function promptsIn(params) {
  if (known?.params.length === params.length && known.params.every((each, at) => each === params[at])) return known;
  const prompts = [...new Set([...new Set(params)].flatMap(promptsOf))];
  let left = MOST_LETTERS;
  const plains = prompts.map((prompt) => {
    const letters = plain(prompt, false, left);
    left -= letters.length;
    return letters;
  });
  const emoji = prompts.filter((prompt, at) => plains[at] === "" && EMOJI.test(prompt)).map((prompt) => plain(prompt, true));
  const letters = plains.filter((each) => each.length >= SHORTEST_PROMPT);
  known = { params, letters: runsOf(letters, PROMPT_RUN), emoji: runsOf(emoji, KEY_RUN) };
  queueMicrotask(() => (known = undefined));
  return known;
}

/**
 * Where the parameters cannot be read, all of them may be the prompt.
 *
 * @param {any} params
 */
function promptsOf(params) {
  const read = parsed(params);
  // Some write JSON into JSON.
  const { prompt, input } = Object(parsed(read));
  const inner = parsed(input);
  const prompts = read === undefined ? [params, PROMPT.exec(params)?.[1]] : [prompt, inner === undefined ? input : Object(inner).prompt];
  return prompts.flatMap((each) => (typeof each === "string" ? each.trim().slice(0, LONGEST_PROMPT) : []));
}

/** @param {unknown} json */
function parsed(json) {
  if (typeof json !== "string") return json;
  try {
    return json.length > LONGEST_PARAMS ? undefined : JSON.parse(json);
  } catch {}
}

/**
 * Of each secret all of it, or of a long one so many characters in a row.
 *
 * @param {string[]} secrets
 * @param {number} longestRun
 */
function runsOf(secrets, longestRun) {
  /** @type {Runs} */
  const runs = new Map();
  for (const secret of secrets) {
    const run = Math.min(longestRun, secret.length);
    const parts = runs.get(run) ?? new Set();
    if (run > 0) eachRun(secret, run, (part) => parts.add(part));
    if (run > 0) runs.set(run, parts);
  }
  return runs;
}

/**
 * `text` without what it shares with the secrets.
 *
 * @param {string} text
 * @param {Runs} secrets
 * @param {boolean} exact
 * @param {string} word
 */
function without(text, secrets, exact, word) {
  if (secrets.size === 0) return text;
  const longest = Math.max(...secrets.keys());
  // An echo that begins within the limit is seen whole.
  const pieces = text.slice(0, MOST_CHARACTERS + longest * LONGEST_ESCAPE).match(PIECE) ?? [];
  // The piece that each character of the plain text is of.
  /** @type {number[]} */
  const from = [];
  let all = "";
  let shown = 0;
  for (const [at, piece] of pieces.entries()) {
    if (all.length > MOST_COMPARED + longest) break;
    if (all.length <= MOST_COMPARED) shown = at + 1;
    all += plain(piece, exact);
    while (from.length < all.length) from.push(at);
  }
  const echoed = new Uint8Array(pieces.length);
  for (const [run, parts] of secrets) {
    eachRun(all, run, (part, at) => parts.has(part) && echoed.fill(1, from[at], Number(from[at + run - 1]) + 1));
  }
  let rest = "";
  let length = 0;
  pieces.slice(0, shown).forEach((piece, at) => {
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
 * @param {number} [most] Letters beyond so many are left out.
 */
function plain(text, exact, most = Infinity) {
  const spelt = text.replace(ESCAPE, unescaped);
  if (exact) return capitals(spelt.normalize("NFKC"));
  let letters = "";
  // A character becomes up to 54.
  for (let at = 0; at < spelt.length && letters.length < most; at += PORTION) letters += lettersOf(spelt.slice(at, at + PORTION));
  return letters.slice(0, most);
}

/** @param {string} text */
const lettersOf = (text) => capitals(text.normalize("NFKD")).replace(/[^\p{L}\p{N}]/gu, "").replace(/[\u2e80-\uffff]/g, "$&$&$&");

/** A capital ẞ becomes SS by way of the small one alone. @param {string} text */
const capitals = (text) => text.toLowerCase().toUpperCase();

/**
 * @param {string} escape
 * @param {(string | undefined)[]} parts
 */
function unescaped(escape, ...[utf16, codePoint, latin, hex, decimal, name]) {
  if (escape[0] === "%") return utf8(escape.replace(/%(?:25)*([\da-f]{2})/gi, (_, byte) => character(parseInt(byte, 16))));
  const digits = utf16 ?? codePoint ?? latin ?? hex;
  if (digits ?? decimal) return character(digits ? parseInt(digits, 16) : Number(decimal));
  if (name) return NAMED[name.toLowerCase()] ?? ACCENTED.exec(name.toLowerCase())?.[1] ?? escape;
  return escape[0] === "&" ? "&" : /[nrt]$/i.test(escape) ? " " : "";
}

/** @param {number} code */
const character = (code) => String.fromCodePoint(Math.min(code, 0x10ffff));

/**
 * The text of bytes that are written as characters. What is no UTF-8 stays what it is.
 *
 * @param {string} bytes
 */
function utf8(bytes) {
  return bytes.replace(UTF8, (each) => {
    let code = 0;
    for (let at = 0; at < each.length; at += 1) code = (code << 6) | (each.charCodeAt(at) & 0x3f);
    return character(code & ((1 << (5 * each.length + 1)) - 1));
  });
}
