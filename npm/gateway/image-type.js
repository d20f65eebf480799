// Which image format bytes begin with. The type of an answer follows from this alone: a header can name any type,
// several at once, or one that a browser reads as a document.

/** So many bytes tell every format apart. */
export const TYPE_BYTES = 32;

/** Brands of an ISO media file that mean AVIF: a still image and a sequence. */
const AVIF_BRANDS = ["avif", "avis"];

/**
 * The canonical type of a format that every browser draws in an `<img>` and none runs as a document; null for all
 * others, which includes SVG and HTML.
 *
 * @param {Uint8Array} bytes The first {@link TYPE_BYTES} of a file, or all of a shorter one.
 * @returns {string | null}
 */
export function imageTypeOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, TYPE_BYTES));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(text)) return "image/webp";
  if (text.slice(4, 8) !== "ftyp") return null;
  // The major brand, four bytes of a version, and the compatible brands.
  const brands = [text.slice(8, 12), ...(text.slice(16).match(/[^]{4}/g) ?? [])];
  return brands.some((brand) => AVIF_BRANDS.includes(brand)) ? "image/avif" : null;
}
