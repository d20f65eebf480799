// A task's Durable Object, for Cloudflare Workers alone: what it is built on, other runtimes do not have.
export { NanoBananaTask } from "./durable-object/task.js";
