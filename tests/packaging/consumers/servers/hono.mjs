import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { gateway, port, result } from "./own-gateway.js";

const app = new Hono();
app.all("/api/v1/nanobanana/*", (context) => gateway(context.req.raw, context.env));
app.get("/use", async (context) => context.json(await result()));
serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
