// @ts-check
/**
 * What the Worker is told from outside.
 *
 * @typedef {object} Environment
 * @property {{ fetch(request: Request | URL): Promise<Response> }} ASSETS The page's files.
 * @property {string} [NANOBANANA_API_KEY] The secret. Without it the gateway says which one is missing.
 * @property {import("../../pkg/gateway.js").TaskNamespace} [NANOBANANA_TASKS] The tasks' objects, which look for all who watch.
 * @property {string} [NANOBANANA_BASE_URL] Where the API is, if not where the gateway finds it by itself. The tasks' objects read it too.
 * @property {string} [SIMULATOR] "1" where a simulator stands behind it, which makes pictures for nothing.
 * @property {string} [LOCAL] "1" or "wrangler" on a computer, by what runs it there: then it answers to that computer's names alone.
 */

export {};
