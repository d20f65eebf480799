// @ts-check
/** A gateway asks for the image of a task whose address is under a name that the surroundings resolve: says what came, in a line, and ends. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createGateway } from "../../../pkg/gateway.js";

const PNG = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (letter) => letter.charCodeAt(0));
/** @type {any} */
const { process, Deno } = globalThis;
const [origin, place] = Deno ? Deno.args : process.argv.slice(2);
let requests = 0;
/** @type {import("node:http").RequestListener} */
const answer = (_, response) => {
  requests += 1;
  response.writeHead(200, { "Content-Type": "image/png" }).end(PNG);
};
const isSecure = origin.startsWith("https:");
const images = isSecure ? createSecureServer({ key: readFileSync(`${place}/key.pem`), cert: readFileSync(`${place}/cert.pem`) }, answer) : createServer(answer);
const task = { code: 200, msg: "success", data: { successFlag: 1, response: { resultImageUrl: `${origin}/image.png` } } };
const api = createServer((_, response) => void response.end(JSON.stringify(task)));

images.listen(isSecure ? 443 : 80, "0.0.0.0", () => {
  api.listen(0, "127.0.0.1", async () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (api.address());
    const gateway = createGateway({ apiKey: "a-key-of-these-tests", upstream: `http://127.0.0.1:${port}`, picture: true });
    const reply = await gateway(new Request("http://gateway.example/api/v1/nanobanana/result?taskId=t"));
    const { byteLength } = await reply.arrayBuffer();
    console.log(JSON.stringify({ status: reply.status, type: reply.headers.get("content-type"), whole: byteLength === PNG.length, requests }));
    process.exit(0);
  });
});
