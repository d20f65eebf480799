// A gateway, and a client without a key that asks it.
import * as api from "nanobanana-task";
import { createGateway } from "nanobanana-task/gateway";
import { use } from "./use.js";

export const port = Number(process.argv[2]);
export const gateway = createGateway({ apiKey: process.env.KEY, upstream: process.env.API });
export const result = () => use(api, { baseUrl: `http://127.0.0.1:${port}` });
