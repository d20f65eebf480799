// @ts-check
/** The Worker that runs the behaviours, each in a request of its own, as the Workers of the package's users do. */

import * as api from "nanobanana-task";
import { behaviours, logOf, run } from "../behaviour/all.mjs";

/** @typedef {{ BASE_URL: string, OTHER_ORIGIN: string, KEY: string }} Env */

/** A wait that no request may outlive: it begins in one and is asked about in the next. */
let earlier = "nothing";

export default {
  /** @param {Request} request @param {Env} env */
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    /** @type {[fault: string, words: string][]} */
    const told = [];
    /** @type {import("../behaviour/world.mjs").World} */
    const world = {
      engine: "workerd", api, baseUrl: env.BASE_URL, otherOrigin: env.OTHER_ORIGIN, key: env.KEY, log: logOf(env.BASE_URL),
      tell: (fault, words) => void told.push([fault, words]),
    };
    if (pathname === "/exports") return Response.json(Object.keys(api).sort());
    if (pathname === "/leave") {
      const taskId = searchParams.get("taskId") ?? "";
      earlier = "waiting";
      void api.waitForTask(taskId, { baseUrl: world.baseUrl, apiKey: world.key }).then(
        () => (earlier = "done"),
        (error) => (earlier = String(error)),
      );
      return new Response("left");
    }
    if (pathname === "/earlier") return new Response(earlier);
    if (pathname === "/wait") {
      const task = await api.waitForTask(searchParams.get("taskId") ?? "", { baseUrl: world.baseUrl, apiKey: world.key });
      return Response.json(task);
    }
    const behaviour = behaviours.find(({ name }) => name === searchParams.get("name"));
    if (!behaviour) return new Response("no such behaviour", { status: 404 });
    try {
      await run(behaviour, world);
      return Response.json(told);
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 });
    }
  },
};
