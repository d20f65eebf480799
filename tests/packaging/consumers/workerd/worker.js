import * as api from "nanobanana-task";
import { use } from "./use.js";

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/use") return new Response("ready");
    return Response.json(await use(api, { baseUrl: env.API, apiKey: env.KEY }));
  },
};
