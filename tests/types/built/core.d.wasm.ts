/** What importing a .wasm gives in a Worker. */
declare const module: WebAssembly.Module;
export default module;
