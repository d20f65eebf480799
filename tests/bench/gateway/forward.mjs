// @ts-check
/** The least that keeps a key on the server: what the gateway is measured against. */

import { env } from "cloudflare:workers";

const PATH = "/api/v1/nanobanana/record-info";
const { upstream, apiKey } = JSON.parse(String(env["TOLD"]));

export default {
  /** @param {Request} request */
  fetch(request) {
    const taskId = encodeURIComponent(new URL(request.url).searchParams.get("taskId") ?? "");
    const headers = { Authorization: `Bearer ${apiKey}`, "User-Agent": "forward/1.0" };
    return fetch(`${upstream}${PATH}?taskId=${taskId}`, { headers, redirect: "manual" });
  },
};
