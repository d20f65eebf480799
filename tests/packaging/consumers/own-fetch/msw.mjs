// The API's own address, as msw answers for it: with what the simulator says.
import { bypass, http } from "msw";
import { setupServer } from "msw/node";
import * as api from "nanobanana-task";
import { use } from "./use.js";

const server = setupServer(
  http.get("https://api.nanobananaapi.ai/api/v1/nanobanana/record-info", ({ request }) => {
    const { pathname, search } = new URL(request.url);
    return fetch(bypass(new URL(pathname + search, process.env.API), { headers: request.headers }));
  }),
);
server.listen({ onUnhandledRequest: "error" });
console.log(JSON.stringify(await use(api, { apiKey: process.env.KEY })));
server.close();
