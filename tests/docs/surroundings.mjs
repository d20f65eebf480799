// @ts-check
/** What a code block compiles in: the types that a user of such code has installed, and the settings that go with them. */

/** @typedef {{ lib?: string[], types?: string[], declared?: string, more?: Record<string, unknown> }} Surrounding */

const DOM = ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"];

/** What wrangler makes of a wrangler.jsonc lies beside the code. */
const WORKER = { lib: ["ES2022"], types: ["./worker-configuration.d.ts"] };

export const SURROUNDINGS = {
  page: { lib: DOM },
  node: { types: ["node"] },
  workers: WORKER,
  push: WORKER,
  deno: { lib: ["ES2022"], types: ["deno"] },
  bun: { types: ["bun"] },
  vite: { lib: DOM, types: ["vite/client"] },
  next: { lib: DOM, types: ["node", "react"], more: { jsx: "preserve" } },
  // SvelteKit writes the first one by src/env.ts.
  sveltekit: { lib: DOM, declared: 'declare module "$app/env/private" { export const NANOBANANA_API_KEY: string; }' },
  // Nuxt imports these by itself.
  nuxt: {
    types: ["node"],
    declared: [
      'declare const defineEventHandler: typeof import("h3-of-nuxt").defineEventHandler;',
      'declare const toWebRequest: typeof import("h3-of-nuxt").toWebRequest;',
      'declare function defineNuxtConfig(config: { nitro: import("nitropack").NitroConfig }): unknown;',
    ].join("\n"),
    more: { paths: { "h3-of-nuxt": ["../../../node_modules/nitropack/node_modules/h3"] } },
  },
  nitro: { types: ["node"] },
  astro: { types: ["node"] },
  extension: { lib: ["ES2022", "WebWorker"], types: ["chrome"] },
};

/** @param {Surrounding} surrounding */
export function configuration({ lib = ["ES2022"], types = [], more = {} }) {
  return {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: "ES2022",
      module: "ESNext",
      moduleResolution: "Bundler",
      moduleDetection: "force",
      // A user's project has it as well; the package's own declarations are checked by the step `types`.
      skipLibCheck: true,
      lib,
      types,
      ...more,
    },
  };
}
