/** The wasm in base64. */
declare const bytes: string;
export default bytes;
