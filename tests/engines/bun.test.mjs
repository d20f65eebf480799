// @ts-check
/** All behaviours in Bun. */

import { beginOutside, fromNpm } from "./outside.mjs";
import { suite } from "./suite.mjs";

suite("bun", (hear) => {
  const bun = fromNpm("BUN", "Bun (npm install in tests/)", "@oven", ["bin/bun", "bin/bun.exe"], "bun/bin/bun.exe");
  return beginOutside("bun", bun, ["run", "--no-install"], hear);
});
