// What the gateway says in place of the API's own words. These can quote the prompt, spelt in ways that no search finds
// for certain, so its callers get a fixed text for each code unless the option `apiMessages` asks for more.

/** @typedef {import("../../src/types.d.ts").TaskDetails} TaskDetails */
/** @typedef {import("../../src/types.d.ts").TaskError} TaskError */

/** Why a task failed, by its `errorCode`. @type {Record<string, string>} */
const FAILURES = {
  400: "The API did not accept the request: its content or its parameters",
  422: "The API did not accept the request: its content or its parameters",
  500: "The API had an internal error",
  501: "The API could not generate the image",
};
const OTHER_FAILURE = "The API says why, and the gateway keeps that back: see its option apiMessages";

/** Codes and names as the API writes them, which leave no room for a sentence. */
const CODE = /^[\w.-]{1,40}$/;
const TIME = /^[\d\s:.,/+TZ-]{1,40}$/;

/**
 * The fields of a task that the API fills with text, without any text of its own.
 *
 * @param {TaskDetails} details
 */
export function withoutApiText({ operationType, createTime, completeTime, errorCode, errorMessage }) {
  return {
    operationType: shaped(operationType, CODE),
    createTime: shaped(createTime, TIME),
    completeTime: shaped(completeTime, TIME),
    errorCode: typeof errorCode === "string" ? shaped(errorCode, CODE) : errorCode,
    errorMessage: errorMessage === null ? null : (FAILURES[String(errorCode)] ?? OTHER_FAILURE),
  };
}

/** @param {string | null} text @param {RegExp} shape */
function shaped(text, shape) {
  return text !== null && shape.test(text) ? text : null;
}

/**
 * The core's sentence on a reply, without the address that was asked and without the API's words. The address that
 * the sentence may blame is the gateway's.
 *
 * @param {TaskError} error
 */
export function sentenceOn({ message }) {
  return message.replace(/ \(\S*\/record-info[^]*/, "").replace("check baseUrl", "check the gateway's option upstream");
}
