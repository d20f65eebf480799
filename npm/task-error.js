// The one error class of the package. The Rust core makes the instances; this file says what one is.

/** Entries bundle this class, each its own copy: every copy knows the others' instances by this. */
const BRAND = Symbol.for("nanobanana-task/TaskError");

export class TaskError extends Error {
  static [Symbol.hasInstance](/** @type {any} */ value) {
    return this === TaskError ? Boolean(value?.[BRAND]) : super[Symbol.hasInstance](value);
  }

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

  get [BRAND]() {
    return true;
  }
}
