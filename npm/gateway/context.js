// What a framework passes to a fetch handler beside the request. Each passes something else, so every member is
// checked before it is used, and one that throws counts as missing.

/** @typedef {import("../gateway.d.ts").GatewayContext} GatewayContext */

/**
 * Keeps a poll going after its caller has left, where the runtime can do that.
 *
 * @param {unknown} context
 * @param {Promise<unknown>} promise
 */
export function keepAlive(context, promise) {
  attempt(() => of(context).waitUntil?.(promise));
}

/**
 * The address that the runtime knows its caller by; "" for none.
 *
 * @param {unknown} context
 * @param {Request} request
 * @returns {string}
 */
export function remoteAddress(context, request) {
  const sources = [
    () => of(context).remoteAddr?.hostname,
    () => of(context).requestIP?.(request)?.address,
    () => of(context).incoming?.socket?.remoteAddress,
    () => of(context).getClientAddress?.(),
  ];
  for (const source of sources) {
    const address = attempt(source);
    if (typeof address === "string" && address !== "") return address;
  }
  return "";
}

/** @param {unknown} context @returns {GatewayContext} */
function of(context) {
  return /** @type {GatewayContext} */ (context ?? {});
}

/**
 * @template T
 * @param {() => T} call
 */
function attempt(call) {
  try {
    return call();
  } catch {
    return undefined;
  }
}
