// The one error class of the package. The Rust core makes the instances; this file says what one is.

export class TaskError extends Error {
  /**
   * @param {string} message
   * @param {{ details?: object | null, [field: string]: unknown }} fields
   * @param {unknown} [cause]
   */
  constructor(message, { details = null, ...fields }, cause) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, fields);
    // Not enumerable: console.log(error) and JSON.stringify(error) leave it out, because details.paramJson holds the prompt.
    Object.defineProperty(this, "details", { value: details });
  }

  get name() {
    return "TaskError";
  }
}
