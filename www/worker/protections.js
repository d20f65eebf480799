// @ts-check
/** What every reply tells the browser about the page. */

/**
 * @param {Response} response
 * @param {import("./environment.js").Environment} env
 */
export function withProtections(response, env) {
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "connect-src 'self'",
    // The simulator serves its pictures over plain http, from this computer only.
    `img-src 'self' https:${env.SIMULATOR === "1" ? " http://127.0.0.1:*" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  const made = new Response(response.body, response);
  made.headers.set("Content-Security-Policy", policy.join("; "));
  made.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  made.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  made.headers.set("Referrer-Policy", "no-referrer");
  made.headers.set("X-Content-Type-Options", "nosniff");
  return made;
}
