import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as api from "nanobanana-task/slim";
import { use } from "./use.js";

api.configure(await readFile(createRequire(import.meta.url).resolve("nanobanana-task/core.wasm")));
console.log(JSON.stringify(await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY })));
