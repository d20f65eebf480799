// What was thrown below is told in a message, and goes out as `cause`. With a key it may hold that anywhere, because a caller's own fetch may throw the very request: in a
// member of any name, by a getter, within a function. So it goes out as a copy, of what helps to understand it and nothing else.
import { SHORTEST_KEY, clean } from "./echo.js";

/** The depth of a chain of causes that is followed: real chains are shorter. */
const MOST_CAUSES = 8;
/** A copy is printed with the error whose cause it is: longer texts of others would hide what that says. */
const MOST_TEXT = 300;
const MOST_STACK = 2_000;
const IS_WRITTEN = /^Error(\n|$)/.test(new Error().stack ?? "");

/**
 * The codes of failures that another attempt does not cure: the host's name does not exist, or its TLS or certificate is refused. Node.js
 * and Bun have these: libuv's of getaddrinfo, OpenSSL's of a certificate, and Node.js's own. EAI_AGAIN, a name server that did not answer,
 * is not among them.
 */
const CODES =
  /^(ENOTFOUND|ENODATA|EAI_NONAME|EAI_NODATA|EPROTO|(CERT|CRL|ERR_TLS|ERR_SSL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)_.+|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))$/;
/** What Deno says of the same, whose errors have no code. */
const WORDS = /\bclient error \(Connect\): (dns error|invalid peer certificate|received (fatal alert|corrupt message))/;

/**
 * What engines say, without what is nothing to a reader of it.
 *
 * @param {string} text
 */
function concise(text) {
  // Deno begins with the address.
  const denos = /^error sending request (from \S+ )?for (url \()?\S+?\)?( \(\S+\))?: /;
  // Bun's advice is for the caller of fetch.
  const buns = / For more information, pass `verbose: true`.*/;
  // OpenSSL's words are between its numbers and the line of its source.
  const openSsls = /^([A-Z_]+: )?\w+:error:\w+:[^:]*:[^:]*:([^:]*):[^]*/;
  return text.replace(denos, "").replace(buns, "").replace(openSsls, "$1$2");
}

/**
 * What was thrown, and each of its causes: the last is the reason.
 *
 * @param {any} thrown
 */
function chainOf(thrown) {
  const chain = [];
  try {
    // Node.js puts what happened at each of a host's addresses together.
    for (let at = thrown; at !== undefined && at !== null && chain.length < MOST_CAUSES; at = at.cause ?? at.errors?.[0]) chain.push(at);
  } catch {
    // A getter threw.
  }
  return chain;
}

/**
 * What the innermost error says, without the key, "" where none says anything; and whether another attempt does not cure it.
 *
 * @param {unknown} thrown
 * @param {string} key
 */
export function reasonOf(thrown, key) {
  try {
    const chain = chainOf(thrown).map((at) => ({ code: textOf(Object(at).code), said: textOf(Object(at).message) || textOf(at) }));
    const texts = chain.map(({ code, said }) => (said.includes(code) ? said : [code, said].filter(Boolean).join(": ")));
    // Where no error says anything, its class does.
    const { name, constructor } = Object(thrown);
    const kind = Object(thrown) === thrown ? textOf(name) || textOf(constructor?.name) : "";
    const text = concise(texts.filter((each) => each.trim()).pop() ?? kind);
    return {
      text: clean(text, key),
      isHopeless: chain.some(({ code, said }) => CODES.test(code) || WORDS.test(said)),
    };
  } catch {
    return {};
  }
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === "string" ? value : "");

/**
 * What was thrown, without the key: as it is where there is no key to speak of, and else texts and numbers, and of anything that has members a
 * plain error with name, message, code, stack and cause of it.
 *
 * @param {unknown} thrown
 * @param {string} key
 * @returns {unknown}
 */
export function withoutKey(thrown, key) {
  if (key.length < SHORTEST_KEY) return thrown;
  try {
    return copyOf(thrown, key, MOST_CAUSES);
  } catch {
    // A getter threw, or a proxy has been revoked.
  }
}

/**
 * @param {any} thrown
 * @param {string} key
 * @param {number} depth
 * @returns {unknown}
 */
function copyOf(thrown, key, depth) {
  if (Object(thrown) !== thrown) return leafOf(thrown, key);
  if (depth === 0) return undefined;
  const { name, message, code, stack, errors } = thrown;
  // Node.js puts what happened at each of a host's addresses together.
  const cause = copyOf(thrown.cause ?? errors?.[0], key, depth - 1);
  const error = new Error(short(message, key), cause === undefined ? undefined : { cause });
  const called = short(name, key) || "Error";
  // Its own stack would be that of the package.
  const own = { name: called, stack: stackOf(textOf(stack) || (IS_WRITTEN ? `${called}: ${error.message}` : ""), key), code: leafOf(code, key) };
  for (const [at, value] of Object.entries(own)) {
    const isEnumerable = at === "code";
    if (value !== undefined) Object.defineProperty(error, at, { value, enumerable: isEnumerable, configurable: true, writable: true });
  }
  return error;
}

/**
 * A stack without frames of the wasm or of the package, which tell a reader nothing.
 *
 * @param {string} stack
 * @param {string} key
 */
function stackOf(stack, key) {
  // V8 and Bun begin a stack with the error itself, others do not.
  const at = IS_WRITTEN ? stack.search(/^ +at /m) : 0;
  const head = at < 0 ? stack : stack.slice(0, at);
  const own = /\bwasm:|\[wasm code\]|\bnode_modules[/\\]nanobanana-task[/\\]/;
  const frames = at < 0 ? [] : stack.slice(at).split("\n").filter((frame) => !own.test(frame));
  const lines = [...(head ? [short(head.trimEnd(), key)] : []), ...frames.map((frame) => short(frame, key))];
  return lines.join("\n").slice(0, MOST_STACK);
}

/**
 * A text's beginning, without the key.
 *
 * @param {unknown} text
 * @param {string} key
 */
function short(text, key) {
  const all = String(leafOf(text, key) ?? "");
  return all.length > MOST_TEXT ? `${all.slice(0, MOST_TEXT)}\u2026` : all;
}

/**
 * @param {unknown} value
 * @param {string} key
 */
function leafOf(value, key) {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = clean(String(value), key);
  return text === String(value) ? value : text;
}
