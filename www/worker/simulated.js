// @ts-check
/** What the page may do where a simulator stands behind it: see its scenarios, and ask for a picture. */

import { passOn } from "./pass-on.js";
import { readText } from "../../npm/gateway/read-text.js";
import { refuse } from "./reply.js";

/** @typedef {import("./environment.js").Environment} Environment */

const MAX_PROMPT_BYTES = 100_000;

/** @param {Environment} env */
export function listScenarios(env) {
  return passOn(env, "/simulator/scenarios");
}

/**
 * A prompt goes up, and nothing else of the caller's request.
 * @param {Request} request
 * @param {Environment} env
 */
export async function generate(request, env) {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("Content-Type") ?? "")) return refuse(415, "JSON is needed.");
  const text = await readText(request.body, MAX_PROMPT_BYTES);
  if (text === null) return refuse(413, "The prompt is too long.");
  const prompt = promptIn(text);
  if (prompt === null) return refuse(400, "A prompt is needed.");
  return passOn(env, "/api/v1/nanobanana/generate", JSON.stringify({ prompt, type: "TEXTTOIAMGE", numImages: 1 }));
}

/** @param {string} text */
function promptIn(text) {
  try {
    const prompt = JSON.parse(text)?.prompt;
    return typeof prompt === "string" && prompt.trim() !== "" ? prompt : null;
  } catch {
    return null;
  }
}
