// @ts-check
/**
 * Who the packed package is tried by. Each group is a project of its own, in a folder of its own, with the tarball installed; what it is
 * made of lies in consumers/. None of them configures anything for the package's sake but what the pages in docs/ name.
 */

import { readFile } from "node:fs/promises";
import { extension } from "./extension.mjs";

/**
 * @typedef {import("./place.mjs").Place} Place
 * @typedef {import("./place.mjs").Cells} Cells
 * @typedef {{ name: string, by?: string, use: (place: Place) => Promise<Cells> }} Consumer
 * @typedef {{ files: string[], by: string, newerNode?: boolean, together?: boolean, meanwhile?: boolean, consumers: Consumer[] }} Group `by`: the npm package that does the
 *   work, or "node". `newerNode`: it runs in the Node.js among the tools, because it needs one newer than the package does.
 *   `together`: its consumers run at the same time, because most of that is waiting; nothing in them may need a page.
 *   `meanwhile`: it runs beside all the other groups, because it waits for a minute.
 */

const COLD_REQUESTS = 30;

/** A page that a bundler has made of page.js, which it puts into dist/page.js. */
const PAGE = ["shared"];

/** @type {Group[]} */
export const groups = [
  {
    files: ["shared", "node"],
    by: "node",
    together: true,
    consumers: [
      { name: "Node.js, import", use: (place) => place.prints("node", ["import.mjs"]) },
      { name: "Node.js, require", use: (place) => place.prints("node", ["require.cjs"]) },
      { name: "Node.js, slim", use: (place) => place.prints("node", ["slim.mjs"]) },
    ],
  },
  {
    files: ["shared", "deno"],
    by: "deno",
    consumers: [
      {
        name: "Deno, net permission only",
        use: (place) => place.prints("deno", ["run", "--no-prompt", `--allow-net=${new URL(place.api).host}`, "main.js", place.api, place.key]),
      },
    ],
  },
  {
    files: ["shared", "bun"],
    by: "bun",
    consumers: [
      { name: "Bun", use: (place) => place.prints("bun", ["run", "main.js"]) },
      {
        name: "Bun, bundled for itself",
        async use(place) {
          await place.run("bun", ["build", "main.js", "--target=bun", "--outdir=dist"]);
          await place.holdsOneWasm("dist");
          return place.prints("bun", ["run", "dist/main.js"]);
        },
      },
      {
        name: "Bun, bundled for pages",
        async use(place) {
          await place.run("bun", ["build", "index.html", "--outdir=dist-page"]);
          return place.shows(await place.built("dist-page"));
        },
      },
    ],
  },
  {
    files: ["shared", "vitest"],
    by: "vitest",
    consumers: [{ name: "Vitest", use: (place) => place.prints("vitest", ["run"]) }],
  },
  {
    files: ["shared", "vitest-jsdom"],
    by: "vitest-older",
    newerNode: true,
    consumers: [
      {
        name: "Vitest 3, jsdom, Node.js 24",
        async use(place) {
          await place.link("vitest-older", "vitest");
          return place.prints("vitest-older", ["run"]);
        },
      },
    ],
  },
  {
    files: ["shared", "own-fetch"],
    by: "node",
    newerNode: true,
    together: true,
    consumers: [
      { name: "undici's fetch", by: "undici", use: (place) => place.prints("node", ["undici.mjs"]) },
      { name: "node-fetch", by: "node-fetch", use: (place) => place.prints("node", ["node-fetch.mjs"]) },
      { name: "msw", by: "msw", use: (place) => place.prints("node", ["msw.mjs"]) },
      { name: "nock", by: "nock", use: (place) => place.prints("node", ["nock.mjs"]) },
    ],
  },
  {
    files: ["shared", "servers"],
    by: "node",
    together: true,
    consumers: [
      { name: "node:http, gateway", by: "@hono/node-server", use: (place) => served(place, "node-http.mjs") },
      { name: "Express, gateway", by: "express", use: (place) => served(place, "express.mjs") },
      { name: "Fastify, gateway", by: "fastify", use: (place) => served(place, "fastify.mjs") },
      { name: "Hono, gateway", by: "hono", use: (place) => served(place, "hono.mjs") },
    ],
  },
  {
    files: ["shared", "workerd"],
    by: "wrangler",
    consumers: [
      {
        name: "Workers, wrangler dev",
        async use(place) {
          const port = await place.freePort();
          const vars = ["--var", `API:${place.api}`, "--var", `KEY:${place.key}`];
          await place.starts("wrangler", ["dev", "--ip=127.0.0.1", `--port=${port}`, "--show-interactive-dev-session=false", ...vars], port);
          return place.answers(`http://127.0.0.1:${port}/use`);
        },
      },
      {
        name: `Workers, ${COLD_REQUESTS} cold requests at once`,
        by: "miniflare",
        async use(place) {
          await place.run("wrangler", ["deploy", "--dry-run", "--outdir=dist"]);
          await place.holdsOneWasm("dist");
          const wasm = await place.file("dist", /\.wasm$/);
          const { Miniflare } = place.tool("miniflare");
          const miniflare = new Miniflare({
            modulesRoot: place.at("dist"),
            modules: [
              { type: "ESModule", path: place.at("dist/worker.js") },
              { type: "CompiledWasm", path: wasm },
            ],
            compatibilityDate: "2026-04-01",
            bindings: { API: place.api, KEY: place.key },
          });
          try {
            const url = new URL("/use", await miniflare.ready).href;
            return await place.answers(...Array(COLD_REQUESTS).fill(url));
          } finally {
            await miniflare.dispose();
          }
        },
      },
    ],
  },
  {
    files: ["shared", "page"],
    by: "node",
    consumers: [
      { name: "a page without a bundler", use: async (place) => place.shows(await place.serves(".")) },
      {
        name: "a page under a strict policy",
        use: async (place) => place.shows(`${await place.serves(".", policy(place, "'self' 'wasm-unsafe-eval'"))}strict.html`),
      },
      {
        name: "a page whose policy forbids WebAssembly, told so",
        use: async (place) => place.shows(`${await place.serves(".", policy(place, "'self'"))}strict.html`, /^TaskError: .*'wasm-unsafe-eval'/),
      },
    ],
  },
  {
    files: ["shared", "slim"],
    by: "node",
    consumers: [{ name: "a page without a bundler, slim", use: async (place) => place.shows(await place.serves(".")) }],
  },
  { files: PAGE, by: "vite", consumers: vite("vite") },
  { files: PAGE, by: "vite-older", consumers: vite("vite-older") },
  {
    files: ["shared", "slim-vite"],
    by: "vite",
    consumers: vite("vite").map(({ name, use }) => ({ name: `${name}, slim`, use })),
  },
  {
    files: PAGE,
    by: "webpack",
    consumers: [{ name: "webpack", use: (place) => bundled(place, "webpack", ["--mode=production", "--entry=./page.js", "--output-filename=page.js"]) }],
  },
  {
    files: ["shared", "slim-webpack"],
    by: "webpack",
    consumers: [
      { name: "webpack, slim", use: (place) => bundled(place, "webpack", ["--mode=production", "--entry=./page.js", "--output-filename=page.js"]) },
    ],
  },
  {
    files: PAGE,
    by: "esbuild",
    consumers: [{ name: "esbuild", use: (place) => bundled(place, "esbuild", ["page.js", "--bundle", "--minify", "--format=esm", "--outdir=dist"]) }],
  },
  {
    files: PAGE,
    by: "rollup",
    consumers: [{ name: "Rollup", use: (place) => bundled(place, "rollup", ["page.js", "--format=es", "--dir=dist", "--plugin=node-resolve"]) }],
  },
  {
    files: PAGE,
    by: "parcel",
    consumers: [
      {
        name: "Parcel",
        async use(place) {
          await place.run("parcel", ["build", "index.html", "--no-cache", "--no-source-maps", "--public-url=./"]);
          return place.shows(await place.built("dist"));
        },
      },
    ],
  },
  {
    files: ["shared", "next"],
    by: "next",
    consumers: [
      { name: "Next.js, page", use: async (place) => place.shows(await next(place)) },
      { name: "Next.js, edge route", use: async (place) => place.answers(`${await next(place)}edge`) },
      { name: "Next.js, server route", use: async (place) => place.answers(`${await next(place)}server`) },
      { name: "Next.js, gateway", use: async (place) => place.answers(`${await next(place)}gateway`) },
      { name: "Next.js, server component", use: async (place) => place.renders(`${await next(place)}component`) },
    ],
  },
  {
    files: ["shared", "next-settings"],
    by: "next",
    consumers: [
      { name: "Next.js with cacheComponents, server component", use: async (place) => place.renders(`${await next(place, false)}component/`) },
      { name: "Next.js with trailingSlash, gateway", use: async (place) => place.answers(`${await next(place, false)}gateway/`) },
    ],
  },
  {
    files: ["shared", "sveltekit"],
    by: "vite",
    newerNode: true,
    consumers: [
      { name: "SvelteKit, page", by: "@sveltejs/kit", use: async (place) => place.shows(await sveltekit(place)) },
      { name: "SvelteKit, gateway", by: "@sveltejs/kit", use: async (place) => place.answers(`${await sveltekit(place)}use`) },
    ],
  },
  {
    files: ["shared", "servers", "extension"],
    by: "esbuild",
    meanwhile: true,
    consumers: [{ name: "Chrome extension", use: extension }],
  },
  { files: ["shared", "vercel", "nitro"], by: "nitro", consumers: [...cloudflare("nitro", "Nitro 3"), ...vercel("nitro", "Nitro 3")] },
  {
    files: ["shared", "vercel", "nitropack"],
    by: "nitropack",
    consumers: [
      ...cloudflare("nitropack", "Nitro 2"),
      {
        name: "Nitro 2, Vercel edge",
        async use(place) {
          await place.run("nitropack", ["build", "--preset=vercel_edge"]);
          return place.prints("node", ["vercel.mjs", "edge"]);
        },
      },
      ...vercel("nitropack", "Nitro 2"),
    ],
  },
];

/** A server that takes its port as an argument. @param {Place} place @param {string} program */
async function served(place, program) {
  const port = await place.freePort();
  await place.starts("node", [program, String(port)], port);
  return place.answers(`http://127.0.0.1:${port}/use`);
}

/** @param {"vite" | "vite-older"} by @returns {Consumer[]} */
function vite(by) {
  const name = by === "vite" ? "Vite" : "Vite, older";
  return [
    {
      name: `${name}, dev`,
      async use(place) {
        const port = await place.freePort();
        await place.starts(by, ["--host=127.0.0.1", `--port=${port}`, "--strictPort"], port);
        return place.shows(`http://127.0.0.1:${port}/`);
      },
    },
    {
      name: `${name}, build`,
      async use(place) {
        await place.run(by, ["build"]);
        return place.shows(await place.built("dist"));
      },
    },
  ];
}

/**
 * What a bundler makes of page.js, in the page as it is.
 * @param {Place} place
 * @param {string} command
 * @param {string[]} args
 */
async function bundled(place, command, args) {
  await place.run(command, args);
  await place.write("dist/index.html", await readFile(place.at("index.html"), "utf8"));
  return place.shows(await place.built("dist"));
}

/** As strict as a Content-Security-Policy gets. @param {Place} place @param {string} scripts */
function policy(place, scripts) {
  return `default-src 'none'; script-src ${scripts}; connect-src ${place.open}; base-uri 'none'; require-trusted-types-for 'script'`;
}

/** Built and started once for all that it serves. @param {Place} place @returns {Promise<string>} */
function sveltekit(place) {
  return place.once(async () => {
    await place.run("vite", ["build"]);
    await place.holdsOneWasm("build/client");
    const port = await place.freePort();
    const origin = `http://127.0.0.1:${port}`;
    await place.starts("node", ["build/index.js"], port, { HOST: "127.0.0.1", PORT: String(port), ORIGIN: origin });
    return `${origin}/`;
  });
}

/** Without any setting, and so after those that need one. @param {"nitro" | "nitropack"} by @param {string} name @returns {Consumer[]} */
function vercel(by, name) {
  return [
    {
      name: `${name}, Vercel`,
      async use(place) {
        await place.write("nitro.config.js", 'export default { compatibilityDate: "2026-04-01" };\n');
        await place.run(by, ["build", "--preset=vercel"]);
        return place.prints("node", ["vercel.mjs"]);
      },
    },
  ];
}

/** @param {"nitro" | "nitropack"} by @param {string} name @returns {Consumer[]} */
function cloudflare(by, name) {
  return [
    {
      name: `${name}, Cloudflare`,
      async use(place) {
        await place.run(by, ["build", "--preset=cloudflare_module"]);
        await place.holdsOneWasm(".output/server");
        const files = await place.files(".output/server", /\.(mjs|wasm)$/);
        const { Miniflare } = place.tool("miniflare");
        const miniflare = new Miniflare({
          modulesRoot: place.at(".output/server"),
          // The first one is the Worker.
          modules: [place.at(".output/server/index.mjs"), ...files.filter((path) => !path.endsWith("/server/index.mjs"))].map((path) => ({
            type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
            path,
          })),
          compatibilityDate: "2026-04-01",
          compatibilityFlags: ["nodejs_compat"],
          bindings: { API: place.api, KEY: place.key },
        });
        try {
          return await place.answers(new URL("/use", await miniflare.ready).href);
        } finally {
          await miniflare.dispose();
        }
      },
    },
  ];
}

/** Built and started once for all that it serves. @param {Place} place @returns {Promise<string>} */
function next(place, pages = true) {
  return place.once(async () => {
    await place.run("next", ["build"]);
    if (pages) await place.holdsOneWasm(".next/static");
    const port = await place.freePort();
    await place.starts("next", ["start", "--hostname=127.0.0.1", `--port=${port}`], port);
    return `http://127.0.0.1:${port}/`;
  });
}
