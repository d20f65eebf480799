// @ts-check
/**
 * Public names that lead to private addresses, in each runtime that can look: in a network of its own, whose names are
 * in a file of hosts. Nothing leaves this computer.
 */

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromNpm } from "../engines/outside.mjs";

const BOUND = { timeout: 60_000 };
const PROGRAM = fileURLToPath(new URL("runtimes/image.mjs", import.meta.url));
/** An address of the public internet, which is this computer's own within the network that is made here. */
const PUBLIC = "192.0.1.7";
const HOSTS = `127.0.0.1 localhost private.example both.example
${PUBLIC} public.example both.example other.example
::1 six.example
169.254.169.254 cloud.example
`;
/** What makes such a network: Linux, where its user may. */
const OWN_NETWORK = ["--mount", "--net", "sh", "-c"];
const unable = spawnSync("unshare", [...OWN_NETWORK, "ip link set lo up"]).status !== 0 && "no network of one's own can be made here";

/** @type {Record<string, () => string[]>} */
const RUNTIMES = {
  "Node.js": () => [process.execPath],
  Deno: () => [fromNpm("DENO", "Deno (npm install in tests/)", "@deno", ["deno", "deno.exe"], "deno/deno"), "run", "--no-prompt", "--no-config", "--no-lock", "--allow-net", "--allow-sys", "--allow-env", "--allow-read"],
  Bun: () => [fromNpm("BUN", "Bun (npm install in tests/)", "@oven", ["bin/bun", "bin/bun.exe"], "bun/bin/bun.exe"), "run", "--no-install"],
};

const JSON_TYPE = "application/json; charset=utf-8";
const IMAGE = { status: 200, type: "image/png", whole: true };
/** What an image's host does, the path under which it does, and what comes of it. */
const OUTCOMES = /** @type {const} */ ([
  ["redirects to an image", "/redirect", { ...IMAGE, requests: 2 }],
  ["redirects with a body that has no end", "/endless-redirect", { ...IMAGE, requests: 2 }],
  ["is left in mid-body", "/endless", { ...IMAGE, whole: false, requests: 1 }],
  ["breaks off in mid-body", "/cut", { ...IMAGE, requests: 1, broken: true }],
  ["switches protocols", "/switching", { status: 502, type: JSON_TYPE, whole: false, requests: 1 }],
]);

describe("an image's address that leads elsewhere than its name says", { skip: unable, ...BOUND }, () => {
  let place = "";
  before(async () => {
    place = await mkdtemp(join(tmpdir(), "hosts-"));
    await writeFile(join(place, "hosts"), HOSTS);
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(place, name));
    const subject = ["-subj", "/CN=public.example", "-addext", "subjectAltName=DNS:public.example", "-days", "2"];
    await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", String(key), "-out", String(cert), ...subject]);
  });
  after(() => rm(place, { recursive: true }));

  /** @param {string[]} command @param {string} address */
  const outcome = async (command, address) => {
    const cert = join(place, "cert.pem");
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert, DENO_CERT: cert };
    const steps = ["ip link set lo up", `ip addr add ${PUBLIC}/32 dev lo`, `mount --bind ${join(place, "hosts")} /etc/hosts`, `exec "$@"`];
    const { stdout } = await promisify(execFile)("unshare", [...OWN_NETWORK, steps.join(" && "), "sh", ...command, PROGRAM, address, place], { env, timeout: 20_000 });
    return JSON.parse(stdout);
  };

  for (const [runtime, command] of Object.entries(RUNTIMES)) {
    it(`is not asked from ${runtime}, and a public one is`, BOUND, async () => {
      const from = (/** @type {string} */ origin) => outcome(command(), origin);
      for (const name of ["private.example", "both.example", "six.example", "cloud.example"]) {
        const { status, requests } = await from(`http://${name}`);
        assert.deepEqual([status, requests], [502, 0], name);
      }
      assert.deepEqual(await from("http://public.example"), { status: 200, type: "image/png", whole: true, requests: 1 });
      // The certificate is held against the name, though the address is what is connected to.
      assert.deepEqual(await from("https://public.example"), { status: 200, type: "image/png", whole: true, requests: 1 });
      const { status, requests } = await from("https://other.example");
      assert.deepEqual([status, requests], [502, 0]);
    });

    for (const [what, path, expected] of OUTCOMES)
      it(`${what}, in ${runtime}`, BOUND, async () => {
        assert.deepEqual(await outcome(command(), `http://public.example${path}`), expected);
      });
  }
});
