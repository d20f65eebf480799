/** What importing a .wasm gives on Vercel's edge. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
