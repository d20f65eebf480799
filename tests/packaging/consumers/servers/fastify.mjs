import { getRequestListener } from "@hono/node-server";
import Fastify from "fastify";
import { gateway, port, result } from "./own-gateway.js";

const listener = getRequestListener(gateway);
const app = Fastify();
app.all("/api/v1/nanobanana/*", (request, reply) => {
  reply.hijack();
  return listener(request.raw, reply.raw);
});
app.get("/use", result);
await app.listen({ port, host: "127.0.0.1" });
