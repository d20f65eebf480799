// Fetches an image from the very address that was judged. Node, Deno and Bun can resolve a name by themselves and connect
// to what came of it, so that no second answer of the name server comes between. Cloudflare Workers cannot, and have no
// private network to reach; there and where the built-in modules are missing, the name alone is judged.
import { isPublicAddress } from "./address.js";
import { HEADERS, fetchPlainly } from "./picture.js";

/**
 * What is used of Node's modules, whose types the package does without.
 *
 * @typedef {object} Message
 * @property {number} [statusCode]
 * @property {Record<string, string | string[] | undefined>} headers
 * @property {(event: "error", listener: () => void) => void} on
 * @property {() => void} destroy
 */
/** @typedef {Message & AsyncIterable<Uint8Array>} IncomingMessage */
/** @typedef {(value: any, socket: { destroy(): void }) => void} Listener */
/** @typedef {{ on(event: string, listener: Listener): void }} ClientRequest */
/** @typedef {{ get(options: object): ClientRequest }} Http */

/** Statuses whose replies have no body. */
const EMPTY = [101, 204, 205, 304];

/** Not imported, because bundlers for other runtimes stop at what they do not have. @param {string} name @returns {any} */
const builtIn = (name) => /** @type {any} */ (globalThis).process?.getBuiltinModule?.(name);

/** @type {import("./picture.js").FetchImage} */
export async function fetchChecked(url, signal, isListed) {
  const dns = builtIn("node:dns/promises");
  const client = builtIn(url.protocol === "https:" ? "node:https" : "node:http");
  if (isListed || !dns || !client) return fetchPlainly(url, signal, isListed);
  /** @type {{ address: string }[]} */
  const found = await dns.lookup(url.hostname, { all: true });
  // One private address among public ones is enough to be suspicious.
  if (!found.every(({ address }) => isPublicAddress(address))) throw new Error("The name leads to an address that is not public");
  /** @type {unknown} */
  let failure = new Error("The name leads nowhere");
  for (const { address } of found) {
    try {
      return responseOf(await sent(client, url, address, signal), signal);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failure = thrown;
    }
  }
  throw failure;
}

/**
 * @param {Http} client
 * @param {URL} url
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<IncomingMessage>}
 */
function sent(client, { hostname, host, port, pathname, search }, address, signal) {
  return new Promise((resolve, reject) => {
    const headers = { ...HEADERS, Host: host };
    // The certificate is held against the name.
    const options = { host: address, servername: hostname, path: pathname + search, headers, signal, agent: false, ...(port !== "" && { port }) };
    const request = client.get(options);
    request.on("response", resolve);
    request.on("error", reject);
    // Without this listener, nothing but "close" tells of a host that switches protocols.
    request.on("upgrade", (_, socket) => {
      socket.destroy();
      reject(new Error("The host switched to another protocol"));
    });
    request.on("close", () => reject(new Error("The connection was closed without a reply")));
  });
}

/**
 * @param {IncomingMessage} message
 * @param {AbortSignal} signal
 */
function responseOf(message, signal) {
  const { statusCode: status = 502, headers } = message;
  const given = Object.entries(headers).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
  if (EMPTY.includes(status)) {
    message.destroy();
    return new Response(null, { status: 502 });
  }
  signal.addEventListener("abort", () => message.destroy(), { once: true });
  // The iterator reports errors, but listens for none before its first step or after its last.
  message.on("error", () => {});
  const chunks = message[Symbol.asyncIterator]();
  const body = new ReadableStream({
    // A stream that was cancelled meanwhile ignores what this function throws.
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: () => message.destroy(),
  });
  return new Response(body, { status, headers: given });
}
