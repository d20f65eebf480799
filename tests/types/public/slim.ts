// The entry without the wasm: the same functions, and the one that says where the wasm is.

import * as full from "nanobanana-task";
import * as slim from "nanobanana-task/slim";
import { configure, type SucceededTask, type WasmSource } from "nanobanana-task/slim";

declare const response: Response;
declare const url: URL;

configure("/core.wasm");
configure(url);
configure(response);
configure(Promise.resolve(response));
configure(new ArrayBuffer(8));
configure(new Uint8Array(8));
// @ts-expect-error a source is needed
configure();
// @ts-expect-error a number is none
configure(1);
// @ts-expect-error nothing is none
configure(null);
// @ts-expect-error nor is what the environment may not hold
configure(undefined);

export const source: WasmSource = url;
export const same: typeof full.waitForTask = slim.waitForTask;
export const isOfBoth = (error: slim.TaskError): full.TaskError => error;
export const done: Promise<SucceededTask> = slim.waitForTask("id");
// @ts-expect-error the default entry has its wasm with it
full.configure("/core.wasm");
