import * as api from "nanobanana-task";
import { fetch } from "undici";
import { use } from "./use.js";

console.log(JSON.stringify(await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY, fetch })));
