/** The wasm as text. */
export const frequent: string;
export const letters: string;
export const text: string;
