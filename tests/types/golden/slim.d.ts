export * from "./index.js";
export type WasmSource = string | URL | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | object;
export declare function configure(source: WasmSource): void;
