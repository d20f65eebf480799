// @ts-check
/** What README shows of a gateway in each runtime, carried out in the one that runs this: says its port in a line, and serves until it is killed. */

import { createGateway } from "../../../pkg/gateway.js";

/** @type {any} */
const { Deno, Bun, process } = globalThis;
const [adapter, text = ""] = Deno ? Deno.args : process.argv.slice(2);
const gateway = createGateway(JSON.parse(text));
const say = (/** @type {{ port: number }} */ { port }) => console.log(`port ${port}`);
const place = { hostname: "127.0.0.1", port: 0 };

if (adapter === "deno") Deno.serve({ ...place, onListen: say }, gateway);
if (adapter === "bun") say(Bun.serve({ ...place, fetch: gateway }));
if (adapter === "node") (await import("@hono/node-server")).serve({ ...place, fetch: gateway }, say);
if (adapter === "hono") {
  const [{ serve }, { Hono }] = await Promise.all([import("@hono/node-server"), import("hono")]);
  const app = new Hono();
  app.all("/api/v1/nanobanana/*", (c) => gateway(c.req.raw, c.env));
  serve({ ...place, fetch: app.fetch }, say);
}
