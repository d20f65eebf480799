// @ts-check
/** A gateway asks for the image of a task whose address is under a name that the surroundings resolve: says what came, in a line, and ends. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createGateway } from "../../../pkg/gateway.js";

const PNG = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (letter) => letter.charCodeAt(0));
/** @type {any} */
const { process, Deno } = globalThis;
const [address, place] = Deno ? Deno.args : process.argv.slice(2);
const { protocol, pathname } = new URL(address);
const url = pathname === "/" ? new URL("/image.png", address).href : address;
let requests = 0;
let unended = 0;
/** @param {import("node:http").ServerResponse} response */
function endless(response) {
  const timer = setInterval(() => response.write(new Uint8Array(65_536)), 1);
  unended += 1;
  response.once("close", () => {
    clearInterval(timer);
    unended -= 1;
  });
}
/** @type {Record<string, (response: import("node:http").ServerResponse) => void>} */
const paths = {
  "/image.png": (response) => {
    response.writeHead(200, { "Content-Type": "image/png" }).end(PNG);
  },
  "/redirect": (response) => {
    response.writeHead(302, { Location: "/image.png" }).end();
  },
  "/endless-redirect": (response) => {
    response.writeHead(302, { Location: "/image.png" });
    endless(response);
  },
  "/endless": (response) => {
    response.write(PNG);
    endless(response);
  },
  "/cut": (response) => {
    response.writeHead(200, { "Content-Length": 1000 }).write(PNG);
    setTimeout(() => response.socket?.destroy(), 50);
  },
  "/switching": ({ socket }) => {
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: upgrade"];
    socket?.write(`${head.join("\r\n")}\r\n\r\nabc`);
  },
};
/** @type {import("node:http").RequestListener} */
const answer = (request, response) => {
  requests += 1;
  paths[request.url ?? ""]?.(response);
};

/**
 * How many bytes come, and whether they break off. Of what has no end, the first are enough.
 *
 * @param {Response} reply
 */
async function read({ body }) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  let bytes = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength;
      if (bytes > PNG.length) {
        await reader.cancel();
        break;
      }
    }
  } catch {
    return { bytes, broken: true };
  }
  return { bytes };
}

const isSecure = protocol === "https:";
const images = isSecure ? createSecureServer({ key: readFileSync(`${place}/key.pem`), cert: readFileSync(`${place}/cert.pem`) }, answer) : createServer(answer);
const task = { code: 200, msg: "success", data: { successFlag: 1, response: { resultImageUrl: url } } };
const api = createServer((_, response) => void response.end(JSON.stringify(task)));

images.listen(isSecure ? 443 : 80, "0.0.0.0", () => {
  api.listen(0, "127.0.0.1", async () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (api.address());
    const gateway = createGateway({ apiKey: "a-key-of-these-tests", upstream: `http://127.0.0.1:${port}`, picture: true });
    const reply = await gateway(new Request("http://gateway.example/api/v1/nanobanana/result?taskId=t"));
    const { bytes, ...outcome } = await read(reply);
    // What goes wrong afterwards ends the process, and what was left has to end on its own.
    const since = Date.now();
    do await new Promise((resolve) => setTimeout(resolve, 100));
    while (unended > 0 && Date.now() - since < 5_000);
    const type = reply.headers.get("content-type");
    const found = { status: reply.status, type, whole: bytes === PNG.length, requests };
    console.log(JSON.stringify({ ...found, ...outcome, ...(unended > 0 && { unended }) }));
    process.exit(0);
  });
});
