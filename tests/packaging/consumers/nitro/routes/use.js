import { env } from "cloudflare:workers";
import * as api from "nanobanana-task";
import { use } from "../use.js";

export default async () => use(api, { baseUrl: env.API, apiKey: env.KEY });
