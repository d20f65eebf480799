// @ts-check
/** The Worker's own replies. */

/** @param {number} status @param {string} body @param {string} type @param {Record<string, string>} [headers] */
function send(status, body, type, headers = {}) {
  return new Response(body, { status, headers: { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-store", ...headers } });
}

/** @param {number} status @param {string} text */
export const sendText = (status, text) => send(status, text, "text/plain");

/** @param {number} status @param {object} value @param {Record<string, string>} [headers] */
export const sendJson = (status, value, headers) => send(status, JSON.stringify(value), "application/json", headers);

/**
 * In the API's own envelope, so that the library reads the Worker's refusals like the API's.
 * @param {number} code
 * @param {string} msg
 * @param {Record<string, string>} [headers]
 */
export const refuse = (code, msg, headers) => sendJson(code, { code, msg, data: null }, headers);

/**
 * The refusal of every method but these.
 * @param {string[]} methods
 * @param {Request} request
 */
export function only(methods, request) {
  if (methods.includes(request.method)) return null;
  return refuse(405, `Only ${methods.join(" and ")} here.`, { Allow: methods.join(", ") });
}
