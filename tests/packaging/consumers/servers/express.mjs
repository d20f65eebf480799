import { getRequestListener } from "@hono/node-server";
import express from "express";
import { gateway, port, result } from "./own-gateway.js";

const app = express();
app.all("/api/v1/nanobanana/*path", getRequestListener(gateway));
app.use(express.json());
app.get("/use", async (request, reply) => reply.json(await result()));
app.listen(port, "127.0.0.1");
