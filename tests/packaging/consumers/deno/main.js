// It may use the net and nothing else, so the address and the key come as arguments and not from the environment.
import * as api from "nanobanana-task";
import { use } from "./use.js";

const [baseUrl, apiKey] = Deno.args;
console.log(JSON.stringify(await use(api, { baseUrl, apiKey })));
