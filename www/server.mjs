// @ts-check
/**
 * The demo page's server: the page and the package as files, and one question passed on to the API with the key added here, so that
 * the browser never holds it. Listens on 127.0.0.1 alone.
 *
 *   UPSTREAM_KEY=… node www/server.mjs        PORT (8080)  UPSTREAM (https://api.nanobananaapi.ai)  SIMULATOR=1
 */

import { createReadStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WWW = fileURLToPath(new URL(".", import.meta.url));
const PKG = fileURLToPath(new URL("../pkg/", import.meta.url));
const RECORD_INFO = "/api/v1/nanobanana/record-info";
const GENERATE = "/api/v1/nanobanana/generate";
const SCENARIOS = "/simulator/scenarios";

const UPSTREAM_TIME_MS = 30_000;
const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const MAX_PROMPT_BYTES = 100_000;
const MAX_TASK_ID = 256;
const SHORTEST_HIDDEN_KEY = 8;
const PORTS_TO_TRY = 21;

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** @typedef {import("node:http").IncomingMessage} Incoming */
/** @typedef {import("node:http").ServerResponse} Outgoing */

const { origin: upstream, path: upstreamPath } = readUpstream(process.env["UPSTREAM"] || "https://api.nanobananaapi.ai");
const key = readKey(process.env["UPSTREAM_KEY"]);
const simulator = process.env["SIMULATOR"] === "1";
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  // The simulator serves its pictures over plain http, from this computer only.
  `img-src 'self' https:${simulator ? " http://127.0.0.1:*" : ""}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
listen(Number(process.env["PORT"] || 8080), PORTS_TO_TRY);

process.stdin.resume().once("end", stop).once("close", stop).once("error", stop);
process.once("SIGTERM", stop).once("SIGINT", stop);

// ── What is answered ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * @param {Incoming} request
 * @param {Outgoing} response
 */
async function answer(request, response) {
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Security-Policy", policy);
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("X-Content-Type-Options", "nosniff");

  const host = request.headers.host ?? "";
  if (!isOwnHost(host)) return refuse(response, 421, "This server answers to its own address only.");
  const target = request.url ?? "";
  if (!target.startsWith("/") || target.startsWith("//")) return refuse(response, 400, "Not a path of this server.");
  const url = new URL(target, `http://${host}`);

  const isFile = !/^\/(api|simulator|demo)\//.test(url.pathname);
  if (isFile) {
    return allows(request, response, ["GET", "HEAD"]) ? sendFile(target, request, response) : undefined;
  }
  if (!isFromOwnPage(request, host)) return refuse(response, 403, "Other web pages may not ask this server.");

  switch (url.pathname) {
    case "/demo/config.json":
      return allows(request, response, ["GET"]) ? sendJson(response, 200, { simulator }) : undefined;
    case RECORD_INFO:
      return allows(request, response, ["GET"]) ? lookUp(url, response) : undefined;
    case SCENARIOS:
      if (!simulator) break;
      return allows(request, response, ["GET"]) ? passOn(response, SCENARIOS) : undefined;
    case GENERATE:
      if (!simulator) break;
      return allows(request, response, ["POST"]) ? generate(request, response) : undefined;
  }
  return refuse(response, 404, "There is nothing here.");
}

/**
 * A task id goes up, and nothing else of the caller's request.
 * @param {URL} url
 * @param {Outgoing} response
 */
async function lookUp(url, response) {
  const ids = url.searchParams.getAll("taskId");
  const taskId = ids[0] ?? "";
  if (ids.length !== 1 || taskId.trim() === "" || taskId.length > MAX_TASK_ID || /[\p{Cc}\p{Cs}\uFFFD]/u.test(taskId)) {
    return refuse(response, 400, "Exactly one taskId is needed.");
  }
  await passOn(response, `${RECORD_INFO}?taskId=${encodeURIComponent(taskId)}`);
}

/**
 * @param {Incoming} request
 * @param {Outgoing} response
 */
async function generate(request, response) {
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) return refuse(response, 415, "JSON is needed.");
  const text = await readBody(request);
  if (text === null) return refuse(response, 413, "The prompt is too long.");
  const prompt = readPrompt(text);
  if (prompt === null) return refuse(response, 400, "A prompt is needed.");
  await passOn(response, GENERATE, JSON.stringify({ prompt, type: "TEXTTOIAMGE", numImages: 1 }));
}

/**
 * Asks the API and hands its answer on as it comes. A connection that breaks up there breaks down here too, so that the page meets
 * the same fault; one that never came about is a 502.
 * @param {Outgoing} response
 * @param {string} path
 * @param {string} [body]
 */
async function passOn(response, path, body) {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), UPSTREAM_TIME_MS);
  response.once("close", () => gone.abort());
  try {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "User-Agent": "nanobanana-task-demo", Authorization: `Bearer ${key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const method = body === undefined ? "GET" : "POST";
    const reply = await fetch(`${upstream}${upstreamPath}${path}`, { method, headers, body: body ?? null, redirect: "manual", signal: gone.signal });
    await relay(reply, response);
  } catch {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, gone.signal.aborted ? "The API did not answer in time." : "The API could not be reached.");
  } finally {
    clearTimeout(timer);
    gone.abort();
  }
}

/**
 * @param {Response} reply
 * @param {Outgoing} response
 */
async function relay(reply, response) {
  if (reply.status >= 300 && reply.status < 400 && reply.status !== 304) {
    // Final, and not a fault that passes: the key goes to no other address, so asking again cannot help.
    return refuse(response, 400, "The API's address redirects elsewhere: point the server at where it really answers.");
  }
  for (const name of ["Content-Type", "Retry-After", "Date"]) {
    const value = reply.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.writeHead(reply.status);
  response.flushHeaders();
  let size = 0;
  for await (const chunk of withoutKey(reply.body ?? [])) {
    size += chunk.byteLength;
    if (size > MAX_REPLY_BYTES) throw new Error("reply too large");
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/**
 * The same bytes, with stars where an upstream repeats the key in what it says. The end of each chunk is held back, since the next
 * one may complete a key that began there. A key too short to be one is left alone: its letters occur in any text.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} chunks
 */
async function* withoutKey(chunks) {
  const secret = Buffer.from(key);
  if (secret.length < SHORTEST_HIDDEN_KEY) return yield* chunks;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, at)) bytes.fill("*", at, at + secret.length);
    const ready = Math.max(0, bytes.length - secret.length + 1);
    if (ready > 0) yield bytes.subarray(0, ready);
    rest = bytes.subarray(ready);
  }
  yield rest;
}

/**
 * @param {string} target
 * @param {Incoming} request
 * @param {Outgoing} response
 */
async function sendFile(target, request, response) {
  const path = target.replace(/[?#].*$/s, "");
  const isPackage = path.startsWith("/pkg/");
  if ((path === "/" || isPackage) && !existsSync(join(PKG, "index.js"))) {
    return sendText(response, 503, "The package is not built yet: run `cargo xtask build`, then reload this page.\n");
  }
  const file = findFile(path);
  const type = file && TYPES[extname(file)];
  const found = type && (await stat(file).catch(() => null));
  if (!type || !found || !found.isFile()) return sendText(response, 404, "There is nothing here.\n");
  response.writeHead(200, { "Content-Type": type, "Content-Length": found.size });
  if (request.method === "HEAD") return void response.end();
  createReadStream(file).once("error", () => response.destroy()).pipe(response);
}

/**
 * The file behind a path: plain names only, so that no spelling of ".." or of a hidden file can leave the two folders.
 * @param {string} path
 */
function findFile(path) {
  if (path === "/") return join(WWW, "index.html");
  const names = path.slice(1).split("/");
  if (!names.every((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name))) return null;
  return names[0] === "pkg" ? join(PKG, ...names.slice(1)) : join(WWW, ...names);
}

// ── Who may ask ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A name that another site points at 127.0.0.1 (DNS rebinding) arrives with that name in Host.
 * @param {string} host
 */
function isOwnHost(host) {
  return host === `127.0.0.1:${port()}` || host === `localhost:${port()}`;
}

/**
 * Browsers name the asking page; a request that names none comes from no page at all (a terminal, the address bar).
 * @param {Incoming} request
 * @param {string} host
 */
function isFromOwnPage(request, host) {
  const site = request.headers["sec-fetch-site"];
  const origin = request.headers.origin;
  return (site === undefined || site === "same-origin" || site === "none") && (origin === undefined || origin === `http://${host}`);
}

/**
 * @param {Incoming} request
 * @param {Outgoing} response
 * @param {string[]} methods
 */
function allows(request, response, methods) {
  if (methods.includes(request.method ?? "")) return true;
  response.setHeader("Allow", methods.join(", "));
  refuse(response, 405, `Only ${methods.join(" and ")} here.`);
  return false;
}

// ── Small parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * In the API's own envelope, so that the library reads the server's refusals like the API's.
 * @param {Outgoing} response
 * @param {number} code
 * @param {string} msg
 */
function refuse(response, code, msg) {
  sendJson(response, code, { code, msg, data: null });
}

/**
 * @param {Outgoing} response
 * @param {number} status
 * @param {object} value
 */
function sendJson(response, status, value) {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
}

/**
 * @param {Outgoing} response
 * @param {number} status
 * @param {string} text
 */
function sendText(response, status, text) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}

/**
 * @param {Incoming} request
 * @returns {Promise<string | null>} null when it is too long
 */
async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_PROMPT_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @param {string} text */
function readPrompt(text) {
  try {
    const prompt = JSON.parse(text)?.prompt;
    return typeof prompt === "string" && prompt.trim() !== "" ? prompt : null;
  } catch {
    return null;
  }
}

/**
 * @param {Outgoing} response
 * @returns {Promise<void>}
 */
function drained(response) {
  return new Promise((resolve, reject) => {
    const settle = () => {
      response.off("drain", settle).off("close", settle);
      if (response.destroyed) reject(new Error("the browser went away"));
      else resolve();
    };
    response.once("drain", settle).once("close", settle);
  });
}

/** @param {string} text */
function readUpstream(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") giveUp("UPSTREAM is not an http(s) address.");
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, "") };
}

/**
 * @param {string | undefined} text
 * @returns {string}
 */
function readKey(text = "") {
  const trimmed = text.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) giveUp("UPSTREAM_KEY is missing or no key: it is what the server shows the API in place of the page.");
  return trimmed;
}

/**
 * @param {number} wanted
 * @param {number} tries
 */
function listen(wanted, tries) {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65535) giveUp("PORT is not a port number.");
  server.once("error", (error) => {
    const taken = "code" in error && error.code === "EADDRINUSE";
    if (taken && tries > 1 && wanted < 65535) listen(wanted + 1, tries - 1);
    else giveUp(taken ? "The port is taken, and the next ones too." : "The port cannot be opened.");
  });
  server.listen(wanted, "127.0.0.1", () => {
    server.removeAllListeners("error");
    process.stdout.write(`page on http://127.0.0.1:${port()}/\n`);
  });
}

function port() {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function stop() {
  server.close();
  server.closeAllConnections();
  process.exit(0);
}

/**
 * @param {string} why
 * @returns {never}
 */
function giveUp(why) {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
