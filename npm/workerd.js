// The entry of Cloudflare Workers, which forbid compiling bytes: importing a .wasm gives a compiled module there. Instantiating it needs
// no I/O, so it happens at once, and no promise is shared between requests.
import { createApi } from "./api.js";
import * as core from "./core.js";
import module from "./core.wasm";

export { TaskError } from "./core.js";
export { parseTaskHandle } from "./task-handle.js";

core.initSync({ module });

export const { getTaskDetails, waitForTask, watchTask, createClient } = /* @__PURE__ */ createApi(() => core);
