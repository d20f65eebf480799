// The entry of Vercel's edge runtime and of Next.js routes in it, which forbid compiling bytes as well. Their bundlers want the suffix;
// see workerd.js, which is the same but for that.
import { createApi } from "./api.js";
import * as core from "./core.js";
import module from "./core.wasm?module";

export { TaskError } from "./core.js";
export { parseTaskHandle } from "./task-handle.js";

core.initSync({ module });

export const { getTaskDetails, waitForTask, watchTask, createClient } = /* @__PURE__ */ createApi(() => core);
