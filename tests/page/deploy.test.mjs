// @ts-check
/** The page's Worker as wrangler would deploy it, without deploying it. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));

it("wrangler makes a Worker of it that has the page's files and no secret", { timeout: 60_000 }, async () => {
  const place = await mkdtemp(join(tmpdir(), "deploy-"));
  try {
    const out = join(place, "out");
    // Nothing of this computer's own settings or sign-in.
    const env = { PATH: process.env["PATH"], HOME: place, XDG_CONFIG_HOME: place, CI: "1", WRANGLER_SEND_METRICS: "false" };
    const wrangler = [join(WWW, "node_modules/wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", out];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, wrangler, { cwd: WWW, env });
    const said = stdout + stderr;
    assert.match(said, /dry-run: exiting now/);
    assert.doesNotMatch(said, /Unexpected fields|Processing wrangler\.jsonc configuration/);
    assert.match(said, /env\.ASSETS/);
    assert.match(said, /env\.NANOBANANA_TASKS \(NanoBananaTask\)/);
    assert.doesNotMatch(said, /env\.(LOCAL|SIMULATOR|NANOBANANA_BASE_URL|NANOBANANA_API_KEY)/);
    const made = await readdir(out);
    assert.ok(made.includes("worker.js") && made.some((name) => name.endsWith("core.wasm")), made.join());
    const site = await readdir(join(WWW, "site"));
    assert.ok(site.includes("index.html") && site.includes("pkg") && !site.some((name) => /worker|\.mjs$|wrangler|package/.test(name)), site.join());
    assert.deepEqual(await readdir(join(WWW, "site/pkg")), ["index.js"]);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});
