// @ts-check
/**
 * What is done with each code block of the documentation: in which surroundings it compiles, and what runs it. The blocks under one heading
 * stand in their order. A block that is neither here nor says in a comment `<!-- not run: … -->` why fails the test.
 */

/**
 * @typedef {keyof typeof import("./surroundings.mjs").SURROUNDINGS} Surroundings
 *
 * @typedef {object} Use
 * @property {Surroundings} [as] What it compiles in; none for a block that is a file of settings.
 * @property {string} [given] What the text around the block leaves open, in front of it.
 * @property {string} [run] The run in runs.mjs that it is a part of.
 * @property {string[]} [ranBy] The consumers in tests/packaging that run it, where those do.
 */

const TASK_ID = "declare const taskId: string;";
const IMAGE = "declare const image: HTMLImageElement;";
const ENV = 'import { env } from "cloudflare:workers";';
const SETTING = { ranBy: ["Nitro 2, Cloudflare"] };

/** @type {Record<string, Record<string, Use[]>>} */
export const registry = {
  "README.md": {
    "nanobanana-task": [{ as: "node", given: TASK_ID, run: "program" }],
    "In a page": [{ as: "page", run: "page" }],
    "In a Cloudflare Worker": [{ as: "workers", run: "worker" }, { run: "worker" }],
    "The server that a page asks": [
      { as: "workers", run: "workerGateway" },
      { as: "node", run: "server" },
    ],
    "Push, where one instance is outgrown": [{ as: "push", run: "push" }, { run: "push" }, { as: "push", given: ENV }],
    "In Node": [{ as: "node", given: `${TASK_ID} declare function save(handle: unknown): void;`, run: "program" }],
    "Everywhere else": [{ as: "vite", ranBy: ["Vite, dev, slim", "Vite, build, slim"] }],
  },
  "docs/servers.md": {
    "Node.js": [{ as: "node", run: "server" }],
    "Express 5": [{ as: "node", run: "server" }],
    Fastify: [{ as: "node", run: "server" }],
    Hono: [
      { as: "node", run: "server" },
      { as: "workers", run: "workerGateway" },
    ],
    Deno: [{ as: "deno", run: "deno" }],
    Bun: [{ as: "bun", run: "bun" }],
  },
  "docs/frameworks.md": {
    "Next.js": [
      { as: "next", run: "next" },
      { as: "next", run: "next" },
    ],
    SvelteKit: [
      { as: "sveltekit", run: "sveltekit" },
      { as: "sveltekit", run: "sveltekit" },
    ],
    Nuxt: [
      { as: "nuxt", run: "nuxt" },
      { as: "nuxt", ...SETTING },
    ],
    Nitro: [
      { as: "nitro", run: "nitro" },
      { as: "nitro", run: "nitro" },
    ],
    Astro: [{ as: "astro", run: "astro" }],
  },
  "docs/testing.md": {
    msw: [{ as: "node", run: "mocked" }],
    nock: [{ as: "node", run: "mocked" }],
    "A function in place of fetch": [{ as: "node", run: "mocked" }],
    "The fetch of undici, or node-fetch": [{ as: "node", ranBy: ["undici's fetch", "node-fetch"] }],
  },
  "docs/extension.md": {
    "A wait in a Chrome extension": [
      { ranBy: ["Chrome extension"] },
      { as: "extension", ranBy: ["Chrome extension"] },
    ],
  },
  "src/types.d.ts": {
    getTaskDetails: [{ as: "node", given: `import { getTaskDetails } from "nanobanana-task"; ${TASK_ID}` }],
    waitForTask: [{ as: "page", given: `import { waitForTask } from "nanobanana-task"; ${TASK_ID} ${IMAGE}` }],
    watchTask: [{ as: "page", given: `import { watchTask } from "nanobanana-task"; ${TASK_ID} ${IMAGE} declare const label: HTMLElement;` }],
    createClient: [{ as: "node", given: 'import { createClient } from "nanobanana-task"; declare const taskIds: string[];' }],
    parseTaskHandle: [
      {
        as: "page",
        given: `import { parseTaskHandle, waitForTask } from "nanobanana-task"; ${TASK_ID}`,
      },
    ],
    TaskError: [
      {
        as: "node",
        given: `import { TaskError } from "nanobanana-task"; declare const mock: { mockRejectedValue(error: Error): void };`,
      },
      {
        as: "node",
        given: `import { TaskError } from "nanobanana-task"; import { Worker } from "node:worker_threads"; declare const worker: Worker; declare const reject: (error: Error) => void;`,
      },
    ],
  },
  "npm/gateway.d.ts": {
    createGateway: [{ as: "workers", run: "workerGateway" }],
    callbackUrl: [{ as: "workers", given: `${ENV} import { callbackUrl } from "nanobanana-task/gateway";` }],
  },
  "npm/durable-object.d.ts": { NanoBananaTask: [{ as: "push" }] },
  "npm/slim.d.ts": { configure: [{ as: "vite" }] },
};
