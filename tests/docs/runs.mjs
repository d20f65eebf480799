// @ts-check
/** What runs the code blocks that are servers, pages or programs, each as it stands in the documentation. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { startChromium } from "../browsers/chromium.mjs";

/**
 * @typedef {import("../packaging/place.mjs").Place} Place
 * @typedef {import("./blocks.mjs").Block} Block
 * @typedef {{ newerNode?: boolean, together?: boolean, run: (place: Place, blocks: Block[]) => Promise<unknown> }} Run `together`: the
 *   blocks of a page under one heading are one project; else each is one.
 */

const API = "https://api.nanobananaapi.ai";
const PATH = "/api/v1/nanobanana/record-info";

/** In place of the network: a request to the API goes to the simulator, which wants the key. */
const REDIRECT = `
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const { pathname, search, origin } = new URL(input instanceof Request ? input.url : input);
  if (origin !== "${API}") return fetch(input, init);
  const there = "SIMULATOR" + pathname + search;
  return input instanceof Request ? fetch(new Request(there, input), init) : fetch(there, init);
};
`;

/** @type {Record<string, Run>} */
export const runs = {
  program: {
    newerNode: true,
    async run(place, [block]) {
      const given = `const taskId = "${fresh("success-1s")}";\nfunction save() {}\n`;
      await place.write("program.ts", given + block?.text);
      const printed = await place.run("node", [`--import=${await redirect(place)}`, "program.ts"], { NANOBANANA_API_KEY: place.key });
      assert.match(printed, new RegExp(`^${place.api}/pictures/success-1s--.*\\.png`));
    },
  },
  /** Needs nothing outside it. */
  mocked: {
    newerNode: true,
    async run(place, [block]) {
      await place.write("program.ts", String(block?.text));
      assert.equal(await place.run("node", ["program.ts"]), "https://pictures.example/1.png\n");
    },
  },
  server: { newerNode: true, run: (place, blocks) => server(place, blocks, (preload) => ["node", [`--import=${preload}`, "server.ts"]]) },
  deno: { run: (place, blocks) => server(place, blocks, (preload) => ["deno", ["run", "-A", "--no-prompt", `--preload=${preload}`, "server.ts"]]) },
  bun: {
    async run(place, blocks) {
      const origin = await server(place, blocks, (preload) => ["bun", ["run", "--preload", preload, "server.ts"]]);
      // Nothing is sent on this connection for longer than the 10 s that Bun has by itself.
      const reply = await fetch(`${origin}${PATH}?taskId=${fresh("silent")}`);
      assert.equal(reply.status, 504);
      assert.match((await reply.json()).msg, /\S/);
    },
  },
  page: {
    async run(place, [block]) {
      const taskId = fresh("success-1s");
      const page = String(block?.text).replace("your-task-id", taskId);
      const site = await siteWithApi(place, page);
      const chromium = await startChromium();
      try {
        const { evaluate } = await chromium.open(site.url);
        const shown = await evaluate(`new Promise((resolve) => setInterval(() => {
          const image = document.querySelector("img");
          if (image?.complete && image.naturalWidth > 0) resolve(image.src);
        }, 50))`);
        assert.equal(shown, `${place.open}/pictures/${taskId}.png`);
      } finally {
        await chromium.stop();
        site.stop();
      }
    },
  },
  worker: {
    together: true,
    run: (place, blocks) =>
      inWorkerd(place, blocks, async (url) => {
        const reply = await fetch(`${url}?taskId=${fresh("success")}`);
        const { status, url: picture } = await reply.json();
        assert.equal(status, "SUCCESS");
        assert.ok(picture.startsWith(`${place.api}/pictures/`), picture);
      }),
  },
  workerGateway: { run: (place, blocks) => inWorkerd(place, blocks, answers) },
  push: {
    together: true,
    run: (place, blocks) =>
      inWorkerd(place, blocks, async (url) => {
        await answers(url);
        const reply = await fetch(`${url}${PATH}?taskId=${fresh("success-1s")}`, { headers: { accept: "text/event-stream" } });
        assert.equal(reply.headers.get("content-type"), "text/event-stream");
        const told = await reply.text();
        assert.match(told, /"successFlag":0[\s\S]*"successFlag":1/);
      }),
  },
  next: {
    together: true,
    async run(place, blocks) {
      for (const block of blocks) await place.write(fileOf(block), block.text);
      await place.write("next.config.js", "export default { cacheComponents: true, trailingSlash: true };\n");
      await place.write("app/layout.tsx", LAYOUT);
      await place.run("next", ["build"]);
      const port = await place.freePort();
      const env = { NANOBANANA_API_KEY: place.key, NODE_OPTIONS: `--import=${await redirect(place)}` };
      await place.starts("next", ["start", "--hostname=127.0.0.1", `--port=${port}`], port, env);
      await answers(`http://127.0.0.1:${port}`);
      const taskId = fresh("success-1s");
      const made = await (await fetch(`http://127.0.0.1:${port}/pictures/${taskId}/`)).text();
      assert.ok(made.includes(`<img src="${place.api}/pictures/${taskId}.png"`), made);
    },
  },
  sveltekit: {
    newerNode: true,
    together: true,
    async run(place, blocks) {
      for (const block of blocks) await place.write(fileOf(block), block.text);
      const config = 'import adapter from "@sveltejs/adapter-node";\nimport { sveltekit } from "@sveltejs/kit/vite";\n';
      await place.write("vite.config.js", `${config}export default { plugins: [sveltekit({ adapter: adapter() })] };\n`);
      await place.write("src/app.html", "<!doctype html>\n<html><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n");
      const env = { NANOBANANA_API_KEY: place.key };
      await place.run("vite", ["build"], env);
      await listens(place, (preload) => ["node", [`--import=${preload}`, "build/index.js"]]);
    },
  },
  nuxt: {
    async run(place, [block]) {
      await place.write(fileOf(block), String(block?.text));
      // Nuxt's server is Nitro 2, with its sources in server/.
      await place.write("nitro.config.js", 'export default { compatibilityDate: "2026-04-01", srcDir: "server" };\n');
      await place.link("nitropack/node_modules/h3", "h3");
      await place.run("nitropack", ["build", "--preset=node_server"]);
      await listens(place, (preload) => ["node", [`--import=${preload}`, ".output/server/index.mjs"]]);
    },
  },
  nitro: {
    together: true,
    async run(place, blocks) {
      for (const block of blocks) await place.write(fileOf(block), block.text);
      await place.run("nitro", ["build", "--preset=node_server"]);
      await listens(place, (preload) => ["node", [`--import=${preload}`, ".output/server/index.mjs"]]);
    },
  },
  astro: {
    newerNode: true,
    async run(place, [block]) {
      await place.write(fileOf(block), String(block?.text));
      const config = 'import node from "@astrojs/node";\nimport { defineConfig } from "astro/config";\n';
      await place.write("astro.config.mjs", `${config}export default defineConfig({ adapter: node({ mode: "standalone" }) });\n`);
      await place.run("astro", ["build"], { ASTRO_TELEMETRY_DISABLED: "1" });
      await listens(place, (preload) => ["node", [`--import=${preload}`, "dist/server/entry.mjs"]]);
    },
  },
};

const LAYOUT = `
export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

/** @param {string} plan */
const fresh = (plan) => `${plan}--${crypto.randomUUID()}`;

/** The file that a block says it is, in its first line. @param {Block | undefined} block */
function fileOf(block) {
  const file = /^\/\/ (\S+)\n/.exec(block?.text ?? "")?.[1];
  assert.ok(file, `${block?.page}:${block?.line} says in its first line which file it is`);
  return file;
}

/** @param {Place} place */
async function redirect(place) {
  await place.write("redirect.mjs", REDIRECT.replace("SIMULATOR", place.api));
  return place.at("redirect.mjs");
}

/** A gateway there passes a poll on, with the key. @param {string} origin */
async function answers(origin) {
  const taskId = fresh("pending");
  const reply = await fetch(`${origin}${PATH}?taskId=${taskId}`);
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  const { code, data } = JSON.parse(text);
  assert.deepEqual([code, data.taskId, data.successFlag], [200, taskId, 0]);
}

/**
 * @param {Place} place
 * @param {Block[]} blocks
 * @param {(preload: string) => [string, string[]]} command
 */
async function server(place, [block], command) {
  await place.write("server.ts", String(block?.text));
  return listens(place, command);
}

/** A program that takes its port from the environment. @param {Place} place @param {(preload: string) => [string, string[]]} command */
async function listens(place, command) {
  const port = await place.freePort();
  const [program, args] = command(await redirect(place));
  const env = { NANOBANANA_API_KEY: place.key, PORT: String(port), HOST: "127.0.0.1", DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` };
  await place.starts(program, args, port, env);
  const origin = `http://127.0.0.1:${port}`;
  await answers(origin);
  return origin;
}

/**
 * A Worker as wrangler builds it. What it sends out arrives at the simulator.
 * @param {Place} place
 * @param {Block[]} blocks
 * @param {(url: string) => Promise<void>} check
 */
async function inWorkerd(place, blocks, check) {
  const code = blocks.find(({ language }) => language !== "jsonc");
  const settings = blocks.find(({ language }) => language === "jsonc");
  const plain = JSON.parse((settings?.text ?? WRANGLER).replace(/\/\/.*$/gm, ""));
  await place.write("wrangler.jsonc", settings?.text ?? WRANGLER);
  await place.write(plain.main, String(code?.text));
  await place.run("wrangler", ["deploy", "--dry-run", "--outdir=dist"]);
  const { Miniflare } = place.tool("miniflare");
  const wasm = await place.file("dist", /\.wasm$/);
  /** @type {{ name: string, class_name: string }[]} */
  const objects = plain.durable_objects?.bindings ?? [];
  const miniflare = new Miniflare({
    modulesRoot: place.at("dist"),
    modules: [
      { type: "ESModule", path: place.at("dist/index.js") },
      { type: "CompiledWasm", path: wasm },
    ],
    compatibilityDate: plain.compatibility_date,
    compatibilityFlags: plain.compatibility_flags ?? [],
    bindings: { NANOBANANA_API_KEY: place.key },
    durableObjects: Object.fromEntries(objects.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }])),
    outboundService: (/** @type {any} */ request) => {
      const { pathname, search, origin } = new URL(request.url);
      assert.equal(origin, API);
      return /** @type {any} */ (fetch(place.api + pathname + search, { headers: Object.fromEntries(request.headers) }));
    },
  });
  try {
    await check((await miniflare.ready).origin);
  } finally {
    await miniflare.dispose();
  }
}

const WRANGLER = '{ "name": "docs", "main": "src/index.ts", "compatibility_date": "2026-04-01" }\n';

/** A page's own origin, which serves its files and passes polls on to the simulator that wants no key. @param {Place} place @param {string} page */
async function siteWithApi(place, page) {
  const site = createServer(async (request, reply) => {
    const path = request.url ?? "/";
    if (path.startsWith(PATH)) {
      const answer = await fetch(place.open + path);
      return reply.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    }
    if (path === "/") return reply.writeHead(200, { "content-type": "text/html" }).end(page);
    const file = await readFile(place.at(path.slice(1))).catch(() => null);
    return reply.writeHead(file ? 200 : 404, { "content-type": "text/javascript" }).end(file);
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", () => resolve(null)));
  const address = site.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop() {
      site.closeAllConnections();
      site.close();
    },
  };
}
