// @ts-check
/** An API gone wrong, or taken over: what it answers is in the task id. It remembers what it was asked. */

import { gzipSync } from "node:zlib";
import { record, sendJson, startUpstream } from "../page/upstream.mjs";

const CHUNK = Buffer.alloc(65_536, "x");
const GIGABYTE = 1_073_741_824;
/** The smallest PNG. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const AVIF = Buffer.from("\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf", "latin1");
/** Files by what their bytes are, each with no more than its beginning. @type {Record<string, Buffer>} */
const BYTES = {
  png: PNG,
  jpeg: Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "latin1"),
  gif: Buffer.from("GIF89a\x01\0\x01\0\0\0\0", "latin1"),
  webp: Buffer.from("RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0", "latin1"),
  avif: AVIF,
  svg: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
  html: Buffer.from("<!doctype html><script>1</script>"),
  xml: Buffer.from("\ufeff<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>"),
  empty: Buffer.alloc(0),
  heic: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
  text: Buffer.from("GIF is no GIF"),
  pdf: Buffer.from("%PDF-1.7"),
};
export const FORMATS = ["png", "jpeg", "gif", "webp", "avif"].map((name) => `image/${name}`);
/** What a host may call a file. @type {Record<string, string[]>} */
const CALLED = {
  none: [],
  png: ["image/png"],
  html: ["text/html"],
  "octet-stream": ["application/octet-stream"],
  list: ["image/png;,text/html"],
  twice: ["image/png", "text/html"],
  parameter: ["image/png; x=y, image/svg+xml"],
};

/** @typedef {import("node:http").IncomingMessage} Incoming */
/** @typedef {import("node:http").ServerResponse} Outgoing */

/** Writes for as long as anybody reads, up to so many bytes. @param {Outgoing} response @param {number} most */
function pour(response, most) {
  let sent = 0;
  const more = () => {
    while (sent < most && !response.destroyed) {
      sent += CHUNK.length;
      poured.bytes += CHUNK.length;
      if (!response.write(CHUNK)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

/** How much was poured out in all. */
export const poured = { bytes: 0 };

/** @param {Incoming} request */
const keyOf = (request) => String(request.headers.authorization).replace("Bearer ", "");

/** @param {string} text */
const bytesOf = (text) => Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");

/** @param {string} url */
const done = (url) => record({ successFlag: 1, response: { resultImageUrl: url, originImageUrl: null } });

/** A task that has succeeded, with a prompt that makes its reply so many bytes long. @param {string} url @param {number} bytes */
function sized(url, bytes) {
  const task = done(url);
  const paramJson = (/** @type {number} */ length) => JSON.stringify({ ...task, data: { ...task.data, paramJson: "x".repeat(length) } });
  return Buffer.from(paramJson(bytes - paramJson(0).length));
}
const LIMIT = 1_048_576;

/** @returns {Promise<{ url: string, asked: Incoming[], pictures: Incoming[], stop: () => Promise<void> }>} */
export async function startRogue() {
  /** @type {Incoming[]} */
  const asked = [];
  /** @type {Incoming[]} */
  const pictures = [];

  /** @type {Record<string, (response: Outgoing, request: Incoming) => void>} */
  const answers = {
    pending: (response) => sendJson(response, record({ taskId: "pending" })),
    slow: (response) => void setTimeout(() => sendJson(response, record({ taskId: "slow" })), 400),
    prompt: (response) => sendJson(response, record({ paramJson: '{"prompt":"a secret garden"}' })),
    done: (response) => sendJson(response, done(`${url}/picture.png`)),
    limited: (response) => sendJson(response, { code: 429, msg: "slower" }, 429, { "Retry-After": "7" }),
    "redirect-host": (response) => response.writeHead(302, { Location: `${url.replace("127.0.0.1", "localhost")}/elsewhere` }).end(),
    "redirect-private": (response) => response.writeHead(307, { Location: "http://169.254.169.254/latest/meta-data" }).end(),
    gigabyte: (response) => (response.writeHead(200, { "Content-Type": "application/json" }), pour(response, GIGABYTE)),
    large: (response) => response.writeHead(200, { "Content-Type": "application/json", "Content-Length": LIMIT + 1 }).end(sized(url, LIMIT + 1)),
    "large-chunked": (response) => (response.writeHead(200, { "Content-Type": "application/json" }).write(sized(url, LIMIT + 1)), response.end()),
    "large-packed": (response) => response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(gzipSync(sized(url, LIMIT + 1))),
    small: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end(sized(url, LIMIT)),
    "small-packed": (response) => response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(gzipSync(sized(url, LIMIT))),
    "quote-msg": (response) => sendJson(response, { code: 422, msg: "no: A SECRET GARDEN, a%20secret%20g%61rden, g&#97;rden, g\\u0061rden", data: null }, 422),
    "quote-error": (response) => sendJson(response, record({ successFlag: 3, errorCode: 501, errorMessage: "no: a secret gar", paramJson: { prompt: "a secret garden" } })),
    "quote-code": (response) => sendJson(response, record({ successFlag: 3, errorCode: "a secret garden", operationType: "a secret garden" })),
    "quote-time": (response) => sendJson(response, record({ createTime: "a secret garden", completeTime: "a secret garden" })),
    // An envelope's error after a good poll, which told the prompt.
    "quote-after": (response, request) =>
      asked.filter(({ url }) => url === request.url).length > 1
        ? sendJson(response, { code: 500, msg: "cannot make A Secret Garden", data: null })
        : sendJson(response, record({ paramJson: '{"input":{"prompt":"a secret garden"}}' })),
    "controls-msg": (response) => sendJson(response, { code: 422, msg: "begin\u009bend \u202e \u2028 \u001b", data: null }),
    "controls-error": (response) => sendJson(response, record({ successFlag: 3, errorMessage: "begin\u202eend \u009b \u2029 \u0000" })),
    endless: (response) => void response.writeHead(200, { "Content-Type": "application/json" }).write("{"),
    "long-liar": (response) => void (response.writeHead(200, { "Content-Length": "1000" }).write("{}"), setTimeout(() => response.destroy(), 50)),
    html: (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>hello</h1>"),
    "html-524": (response) => response.writeHead(524, { "Content-Type": "text/html" }).end("<h1>524</h1>"),
    echo: (response, request) => sendJson(response, { code: 401, msg: `no access for ${request.headers.authorization}` }, 401),
    "echo-url": (response, request) => sendJson(response, done(`${url}/picture.png?key=${keyOf(request)}`)),
    "echo-url-encoded": (response, request) => sendJson(response, done(`${url}/picture.png?key=${keyOf(request).toUpperCase()}`)),
    "echo-url-bytes": (response, request) => sendJson(response, done(`${url}/picture.png?key=%ff${bytesOf(keyOf(request))}`)),
    "echo-url-bytes-twice": (response, request) => sendJson(response, done(`${url}/picture.png?key=${encodeURIComponent(bytesOf(keyOf(request)))}`)),
    "echo-id": (response, request) => sendJson(response, record({ taskId: keyOf(request) })),
    "echo-time": (response, request) => sendJson(response, record({ createTime: keyOf(request), completeTime: `2026 ${keyOf(request)}` })),
    "echo-params": (response, request) => sendJson(response, record({ paramJson: JSON.stringify({ callBackUrl: `https://x.test/${keyOf(request)}` }) })),
    "echo-header": (response, request) => sendJson(response, record(), 200, { "X-Seen": String(request.headers.authorization), "Set-Cookie": "a=b" }),
    "split-header": (response) => sendJson(response, { code: 429, msg: "x\r\nX-Injected: 1" }, 429, { "Retry-After": "1 X-Injected: 1" }),
    "at-redirect": (response) => sendJson(response, done(`${url}/moved.png`)),
    "at-private": (response) => sendJson(response, done("http://169.254.169.254/latest/meta-data")),
    "at-file": (response) => sendJson(response, done("file:///etc/passwd")),
    "at-svg": (response) => sendJson(response, done(`${url}/picture.svg`)),
    "at-html": (response) => sendJson(response, done(`${url}/page.png`)),
    "at-large": (response) => sendJson(response, done(`${url}/large.png`)),
    "status-600": (response) => sendJson(response, { code: 500, msg: "odd" }, 600),
    "at-cut": (response) => sendJson(response, done(`${url}/cut.png`)),
    "at-slow": (response) => sendJson(response, done(`${url}/slow.png`)),
    "at-gone": (response) => sendJson(response, done(`${url}/gone.png`)),
    "at-trouble": (response) => sendJson(response, done(`${url}/trouble.png`)),
    "without-picture": (response) => sendJson(response, record({ successFlag: 1, response: null })),
    "no-access": (response) => response.writeHead(401).end(),
  };

  /** @type {Record<string, (response: Outgoing) => void>} */
  const files = {
    "/picture.png": (response) => response.writeHead(200, { "Content-Type": "image/png", "Set-Cookie": "a=b" }).end(PNG),
    "/moved.png": (response) => response.writeHead(302, { Location: "http://169.254.169.254/picture.png" }).end(),
    "/picture.svg": (response) => response.writeHead(200, { "Content-Type": "image/svg+xml" }).end("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "/page.png": (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<script>1</script>"),
    "/cut.png": (response) => void (response.writeHead(200, { "Content-Type": "image/png", "Content-Length": "1000" }).write(PNG), setTimeout(() => response.destroy(), 100)),
    "/trouble.png": (response) => response.writeHead(503, { "Content-Type": "image/png" }).end(PNG),
    "/slow.png": (response) => void response.writeHead(200, { "Content-Type": "image/png" }).write(PNG),
    "/large.png": (response) => (response.writeHead(200, { "Content-Type": "image/png" }).write(PNG), pour(response, GIGABYTE)),
  };

  const { url, stop } = await startUpstream((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const isLook = pathname === "/prefix/api/v1/nanobanana/record-info";
    (isLook ? asked : pictures).push(request);
    const [, kind = "", said = ""] = /(?:^|\/)bytes\.(\w+)\.([\w-]+?)(?:--|$)/.exec(isLook ? (searchParams.get("taskId") ?? "") : pathname) ?? [];
    const [, host] = /^at-host\.([^-]+)--/.exec(searchParams.get("taskId") ?? "") ?? [];
    if (isLook && host) return sendJson(response, done(`http://${host}/picture.png`));
    if (kind !== "" && isLook) return sendJson(response, done(`${url}/bytes.${kind}.${said}`));
    if (kind !== "") {
      const raw = CALLED[said]?.flatMap((type) => ["Content-Type", type]) ?? [];
      return response.writeHead(200, raw).end(BYTES[kind]);
    }
    const answer = isLook ? answers[(searchParams.get("taskId") ?? "").replace(/--.*/s, "")] : files[pathname];
    if (answer) answer(response, request);
    else sendJson(response, { code: 404, msg: "Task not found" }, 404);
  });
  return { url, asked, pictures, stop };
}
