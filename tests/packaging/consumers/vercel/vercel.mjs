// Calls the function that Nitro has made for Vercel: by a Request where it takes one, and else by what node:http gives.
import { once } from "node:events";
import { createServer } from "node:http";

const { default: made } = await import("./.vercel/output/functions/__fallback.func/index.mjs");
const path = "/use";

if (process.argv[2] === "edge" || made.fetch) {
  const reply = await (made.fetch ?? made)(new Request(`http://127.0.0.1${path}`), { waitUntil() {} });
  console.log(await reply.text());
} else {
  const server = createServer(made).listen(0, "127.0.0.1");
  await once(server, "listening");
  console.log(await (await fetch(`http://127.0.0.1:${server.address().port}${path}`)).text());
}
process.exit();
