import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { gateway, port, result } from "./own-gateway.js";

const listener = getRequestListener(gateway);
createServer(async (request, reply) => {
  if (request.url !== "/use") return listener(request, reply);
  reply.end(JSON.stringify(await result()));
}).listen(port, "127.0.0.1");
