// @ts-check
/**
 * Every code block of the documentation: each is known to the registry or says why it does not run, all compile in TypeScript's strict mode
 * with the packed package installed, and what is a server, a page or a program runs. In the environment: TARBALL, and TOOLS, the folder that
 * tests/packaging/package-lock.json was installed into.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { groups } from "../packaging/consumers.mjs";
import { newPlace } from "../packaging/place.mjs";
import { startSimulator } from "../processes.mjs";
import { blocksOf } from "./blocks.mjs";
import { registry } from "./registry.mjs";
import { runs } from "./runs.mjs";
import { SURROUNDINGS, configuration } from "./surroundings.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { TARBALL = "", TOOLS = "" } = process.env;

/** The pages: every Markdown file of the repository, and the public declarations. */
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md", "npm/*.d.ts", "src/types.d.ts"], { cwd: ROOT, encoding: "utf8" });
const pages = tracked.split("\n").filter(Boolean).sort();
const consumers = groups.flatMap((group) => group.consumers.map(({ name }) => name));
const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(ROOT + page, "utf8")));
/** @type {{ block: import("./blocks.mjs").Block, use: import("./registry.mjs").Use, name: string }[]} */
const used = [];

test("every code block is in the registry, or says why it does not run", () => {
  /** @type {string[]} */
  const wrong = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const block of blocks) {
    const place = `${block.page}:${block.line} (${block.under})`;
    if (block.notRun !== null) continue;
    const key = `${block.page} ${block.under}`;
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    const use = registry[block.page]?.[block.under]?.[index];
    if (!use) wrong.push(`${place}: add it to tests/docs/registry.mjs, or say above it <!-- not run: why -->`);
    else if (["ts", "tsx", "js", "html"].includes(block.language) !== Boolean(use.as)) wrong.push(`${place}: a block of code, and no other, has surroundings to compile in`);
    else used.push({ block, use, name: `${block.page.replaceAll("/", "-")}-${block.line}` });
  }
  for (const [page, headings] of Object.entries(registry)) {
    for (const [under, uses] of Object.entries(headings)) {
      const count = counts.get(`${page} ${under}`) ?? 0;
      if (count !== uses.length) wrong.push(`${page} (${under}): the registry has ${uses.length} blocks, the page ${count}`);
    }
  }
  for (const { run, ranBy = [] } of Object.values(registry).flatMap((headings) => Object.values(headings).flat())) {
    if (run && !runs[run]) wrong.push(`there is no run ${run}`);
    wrong.push(...ranBy.filter((name) => !consumers.includes(name)).map((name) => `there is no consumer ${name}`));
  }
  assert.deepEqual(wrong, []);
});

/** @type {import("../packaging/place.mjs").Lab} */
let lab;
before(async () => {
  const [simulator, open] = await Promise.all([startSimulator(), startSimulator({ args: ["--open"] })]);
  const none = new Error("the documentation's pages run in Chromium alone");
  lab = { tarball: TARBALL, tools: TOOLS, simulator, open, browsers: { chromium: none, firefox: none, webkit: none } };
});
after(() => Promise.all([lab.simulator.stop(), lab.open.stop()]));

test("every code block compiles in strict mode", async (context) => {
  const place = await newPlace(lab, { files: [], by: "typescript", name: "docs-types" });
  try {
    await place.install();
    for (const { block, use, name } of used) {
      if (!use.as) continue;
      const code = block.language === "html" ? /<script[^>]*>\n([\s\S]*?)<\/script>/.exec(block.text)?.[1] : block.text;
      const imported = code?.replace("./node_modules/nanobanana-task/index.js", "nanobanana-task");
      await place.write(`${use.as}/${name}.${block.language === "tsx" ? "tsx" : "ts"}`, `${use.given ?? ""}\n${imported}`);
    }
    for (const [name, surrounding] of Object.entries(SURROUNDINGS)) {
      await context.test(name, async () => {
        if ("declared" in surrounding) await place.write(`${name}/declared.d.ts`, surrounding.declared);
        await place.write(`${name}/tsconfig.json`, JSON.stringify(configuration(surrounding)));
        if (name === "workers" || name === "push") {
          const settings = blocks.filter(({ page, language }) => page === "README.md" && language === "jsonc")[name === "push" ? 1 : 0];
          await place.write(`${name}/wrangler.jsonc`, String(settings?.text));
          const exported = name === "push" ? 'export { NanoBananaTask } from "nanobanana-task/durable-object";\n' : "";
          await place.write(`${name}/src/index.ts`, `${exported}export default {};\n`);
          await place.run("wrangler", ["types", `--cwd=${name}`]);
        }
        await place.run("tsc", ["--project", name]);
      });
    }
  } finally {
    await place.close();
  }
});

test("every server, page and program runs", { concurrency: 3 }, async (context) => {
  /** @type {Map<string, typeof used>} */
  const projects = new Map();
  for (const each of used) {
    const { run } = each.use;
    if (!run) continue;
    const key = runs[run]?.together ? `${run}-${each.block.page.replaceAll("/", "-")}` : `${run}-${each.name}`;
    projects.set(key, [...(projects.get(key) ?? []), each]);
  }
  const all = [...projects].map(([key, members]) =>
    context.test(key, async () => {
      const { run, newerNode = false } = runs[String(members[0]?.use.run)] ?? {};
      const place = await newPlace(lab, { files: [], by: "node", newerNode, name: `docs-${key}` });
      try {
        await place.install();
        await run?.(place, members.map(({ block }) => block));
      } finally {
        await place.close();
      }
    }),
  );
  await Promise.all(all);
});
