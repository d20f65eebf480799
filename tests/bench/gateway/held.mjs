// @ts-check
/** The package's object and gateway, and beside them the ways that push does not go: events made by the object, and its WebSocket handed out. */

import { env } from "cloudflare:workers";
import { NanoBananaTask } from "nanobanana-task/durable-object";
import { createGateway } from "nanobanana-task/gateway";

const tasks = /** @type {import("nanobanana-task/gateway").TaskNamespace} */ (env["NANOBANANA_TASKS"]);
const gateway = createGateway({ apiKey: String(env["NANOBANANA_API_KEY"]), maxRequestsPerMinute: 1e9, tasks });

export class Task extends NanoBananaTask {
  #bornAt = Date.now();
  /** @type {Set<WritableStreamDefaultWriter<Uint8Array>>} */
  #open = new Set();

  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/born") return Response.json(this.#bornAt);
    if (pathname === "/say") {
      for (const socket of this.ctx.getWebSockets()) socket.send('{"said":true}');
      for (const writer of this.#open) void writer.write(new TextEncoder().encode('data: {"said":true}\n\n'));
      return new Response("said");
    }
    if (pathname !== "/events") return super.fetch(request);
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    this.#open.add(writer);
    void writer.write(new TextEncoder().encode(": \n\n"));
    return new Response(readable, { headers: { "Content-Type": "text/event-stream" } });
  }
}

export default {
  /** @param {Request} request @param {unknown} _ @param {{ waitUntil(promise: Promise<unknown>): void }} context */
  fetch(request, _, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith("/api/")) return gateway(request, context);
    return tasks.get(tasks.idFromName(searchParams.get("taskId") ?? "")).fetch(request);
  },
};
