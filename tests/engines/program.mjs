// @ts-check
/** What Deno and Bun run: all behaviours, with each one's end as a line of JSON. */

import * as api from "../../pkg/index.js";
import { logOf, runAll } from "../behaviour/all.mjs";

/** @typedef {Pick<import("../behaviour/world.mjs").World, "engine" | "baseUrl" | "otherOrigin" | "key">} Given */

const SIDE_BY_SIDE = 24;

/** @type {{ Deno?: { args: string[] } }} */
const { Deno } = /** @type {any} */ (globalThis);
const [text = ""] = Deno ? Deno.args : process.argv.slice(2);
/** @type {Given} */
const given = JSON.parse(text);

/** @param {import("./suite.mjs").News} news */
const say = (news) => console.log(JSON.stringify(news));

/** @type {import("../behaviour/world.mjs").World} */
const world = { ...given, api, log: logOf(given.baseUrl), tell: (fault, words) => say({ fault, words }) };
await runAll([world, ...Array(SIDE_BY_SIDE - 1).fill(world)], (name, failed) => say({ name, failed }));
say({ done: true });
