// @ts-check
/** Who asks, and by which name. */

const OWN_NAMES = ["127.0.0.1", "localhost"];

/**
 * Whether the Worker is asked by a name of its own. On somebody's computer that is the computer's: another site's name
 * that is pointed at 127.0.0.1 (DNS rebinding) is none. Deployed, its names are its account's; a page behind such a name
 * has https, which another site's name has not on anybody's computer. The URL and the header are judged both, because on
 * a computer a request can choose its URL by the header MF-Original-URL.
 * @param {Request} request
 * @param {URL} url
 * @param {import("./environment.js").Environment} env
 */
export function isOwnHost(request, url, env) {
  const { hostname, host, protocol, username, password } = url;
  if (username !== "" || password !== "" || (request.headers.get("Host") ?? host) !== host) return false;
  return OWN_NAMES.includes(hostname) || (!env.LOCAL && protocol === "https:");
}

/**
 * Whether nothing says from where it is asked, under `wrangler dev`: there a request can choose its URL and its header
 * Host, and so only the header is believed that no page can write, and that browsers send to this computer's own names.
 * @param {Request} request
 * @param {URL} url
 * @param {import("./environment.js").Environment} env
 */
export function isHidden(request, { hostname }, env) {
  return env.LOCAL !== "1" && OWN_NAMES.includes(hostname) && !request.headers.has("Sec-Fetch-Site");
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
