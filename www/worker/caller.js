// @ts-check
/** Who asks. */

/**
 * Whether it is asked by this computer's own names. One that another site points at 127.0.0.1 (DNS rebinding) arrives with that name.
 * @param {URL} url
 */
export function isOwnHost({ hostname, username, password }) {
  return (hostname === "127.0.0.1" || hostname === "localhost") && username === "" && password === "";
}

/**
 * Browsers name the asking page; a request that names none comes from no page at all (a terminal, the address bar).
 * @param {Request} request
 * @param {URL} url
 */
export function isFromOwnPage(request, url) {
  const site = request.headers.get("Sec-Fetch-Site");
  const origin = request.headers.get("Origin");
  return (site === null || site === "same-origin" || site === "none") && (origin === null || origin === url.origin);
}
