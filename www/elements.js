// @ts-check
/** Small helpers over the document that keep types honest. */

/**
 * The element with this id, which must be of this class.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`index.html has no ${type.name} #${id}`);
}

/**
 * Writes text as text, and only where it changed.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The address, if it is one that a page may link to.
 * @param {string | null | undefined} text
 * @returns {string | null}
 */
export function webAddress(text) {
  if (!text || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
