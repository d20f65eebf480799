// @ts-check
/** The gateway as a Worker: made once unless it is told otherwise, its settings from the environment. */

import { env } from "cloudflare:workers";
import { createGateway } from "nanobanana-task/gateway";
import { optionsOf } from "./hooks.mjs";

const told = JSON.parse(String(env["TOLD"]), (_, value) => (value === "Infinity" ? Infinity : value));
const make = () => createGateway(optionsOf(told));
const gateway = make();

export default {
  /** @param {Request} request @param {unknown} _ @param {{ waitUntil(promise: Promise<unknown>): void }} context */
  fetch: (request, _, context) => (told.anew ? make() : gateway)(request, context),
};
