// What the build puts beside npm/*.js, for checking those: the core's glue.

export { TaskError } from "../../../npm/task-error.js";
export declare const getTaskDetails: typeof import("../../../src/types.d.ts").getTaskDetails;
export declare const waitForTask: typeof import("../../../src/types.d.ts").waitForTask;
export declare const watchTask: import("../../../npm/api.js").Core["watchTask"];
export declare const createClient: import("../../../npm/api.js").Core["createClient"];
export function initSync(options: { module: WebAssembly.Module }): unknown;
export default function init(options: { module_or_path: string | object }): Promise<unknown>;
