// The API's own call when a task has ended. It proves nothing, even where it is genuine: it is a hint to look now. Its address is one that
// nobody guesses, made with a secret of the API key, so that nothing has to be stored and no stranger makes anybody look.
import { mistake } from "../api.js";
import { plainUrl } from "./options.js";
import { readText } from "./read-text.js";
import { isTaskId } from "./task-id.js";

const CALLBACK = "/api/v1/nanobanana/callback/";
/** What makes the secret another one than whatever else is derived from the same key. */
const LABEL = "nanobanana-task callback 1";
const NONCE_BYTES = 16;
/** What an address of callbackUrl ends with: the nonce and its HMAC. */
const SECRET = /^([\w-]{22})\.([\w-]{43})$/;
/** A callback has a few hundred bytes. */
const MOST_BYTES = 65_536;

/**
 * The secret part of a callback's path below the gateway's base path; null for other paths.
 *
 * @param {string} path
 */
export function callbackIn(path) {
  return `${path}/`.startsWith(CALLBACK) ? path.slice(CALLBACK.length) : null;
}

/** @type {typeof import("../gateway.d.ts").callbackUrl} */
export async function callbackUrl(base, apiKey) {
  const url = plainUrl(base);
  // An empty query or fragment would take what is appended.
  if (!url || /[?#]/.test(url.href)) throw mistake("callbackUrl takes an http(s) URL without user, query or fragment");
  if (typeof apiKey !== "string" || apiKey.trim() === "") throw mistake("callbackUrl takes the API key: is the variable it comes from set?");
  const nonce = textOf(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  const mac = await crypto.subtle.sign("HMAC", await secretOf(apiKey), bytesOf(nonce));
  return `${url.href.replace(/\/+$/, "")}${CALLBACK}${nonce}.${textOf(new Uint8Array(mac))}`;
}

/**
 * Whether an address was made by callbackUrl, in a time that tells nothing. The key is asked for where it looks like one.
 *
 * @template Refused
 * @param {string} secret
 * @param {() => Promise<string | Refused>} key
 * @returns {Promise<boolean | Refused>}
 */
export async function isGenuine(secret, key) {
  const [, nonce = "", mac = ""] = SECRET.exec(secret) ?? [];
  if (nonce === "") return false;
  const apiKey = await key();
  if (typeof apiKey !== "string") return apiKey;
  const sent = Uint8Array.from(atob(mac.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return crypto.subtle.verify("HMAC", await secretOf(apiKey), sent, bytesOf(nonce));
}

/**
 * The task that a callback speaks of; null where it is none.
 *
 * @param {Request} request
 * @returns {Promise<string | null>}
 */
export async function taskIdIn({ body }) {
  try {
    const taskId = JSON.parse((await readText(body, MOST_BYTES)) ?? "").data.taskId;
    return isTaskId(taskId) ? taskId : null;
  } catch {
    return null;
  }
}

/** @param {string} apiKey */
async function secretOf(apiKey) {
  // The core trims a key as well: secrets come with a new line at their end.
  const material = await crypto.subtle.importKey("raw", bytesOf(apiKey.trim()), "HKDF", false, ["deriveKey"]);
  const derived = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOf(LABEL) };
  return crypto.subtle.deriveKey(derived, material, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]);
}

/** @param {string} text */
const bytesOf = (text) => new TextEncoder().encode(text);

/** @param {Uint8Array} bytes */
const textOf = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
