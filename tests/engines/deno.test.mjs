// @ts-check
/** All behaviours in Deno, which is allowed to reach the simulator and nothing else: no files, no environment. */

import { beginOutside, fromNpm } from "./outside.mjs";
import { suite } from "./suite.mjs";

/** The second is there not to be found. */
const HOSTS = ["127.0.0.1", "does-not-exist.invalid"];
const ARGS = ["run", "--no-prompt", "--no-config", "--no-lock", "--no-npm", "--no-remote", `--allow-net=${HOSTS}`];

suite("deno", (hear) => {
  const deno = fromNpm("DENO", "Deno (npm install in tests/)", "@deno", ["deno", "deno.exe"], "deno/deno");
  return beginOutside("deno", deno, ARGS, hear);
});
