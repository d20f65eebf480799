// What the tests' own Workers use of it.
export declare const env: Record<string, unknown>;
