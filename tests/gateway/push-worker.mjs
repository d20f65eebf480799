// @ts-check
/** The gateway with a task's Durable Object behind it, as a Worker of its users has it. */

import { env } from "cloudflare:workers";
import { NanoBananaTask } from "nanobanana-task/durable-object";
import { createGateway } from "nanobanana-task/gateway";
import { optionsOf } from "./hooks.mjs";

const { task = {}, ...told } = JSON.parse(String(env["TOLD"]));
const gateway = createGateway({ ...optionsOf(told), tasks: /** @type {import("nanobanana-task/gateway").TaskNamespace} */ (env["NANOBANANA_TASKS"]) });

export class Task extends NanoBananaTask {
  timeoutMs = task.timeoutMs ?? 600_000;
  mostWatchers = task.mostWatchers ?? 10_000;
  keepMs = task.keepMs ?? 300_000;
}

export default {
  /** @param {Request} request @param {unknown} _ @param {{ waitUntil(promise: Promise<unknown>): void }} context */
  fetch: (request, _, context) => gateway(request, context),
};
