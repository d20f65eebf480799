// IP addresses in one form, whatever their spelling. URL does the parsing.

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * An address as the eight groups of IPv6, in which an IPv4 address is its IPv4-mapped one; null for what is no address.
 *
 * @param {string} text
 * @returns {number[] | null}
 */
export function groupsOf(text) {
  // A zone is this machine's name for a network, and no part of the address.
  const bare = text.trim().replace(/^\[|\]$/g, "").replace(/%.*$/s, "");
  if (!bare.includes(":") && !IPV4.test(bare)) return null;
  const host = bare.includes(":") ? `[${bare}]` : `[::ffff:${bare}]`;
  if (!URL.canParse(`http://${host}`)) return null;
  const [head = "", tail] = new URL(`http://${host}`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => parseInt(group, 16));
}

/**
 * The four bytes of an IPv4 address, or of one that an IPv6 address stands for: IPv4-mapped, or by NAT64.
 *
 * @param {number[]} groups
 * @returns {number[] | null}
 */
export function ipv4In(groups) {
  const prefix = groups.slice(0, 6).join();
  if (prefix !== "0,0,0,0,0,65535" && prefix !== "100,65435,0,0,0,0") return null;
  return groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
}

/**
 * Networks of IPv4 that are not the public internet, each as its first bytes and the number of bits
 * that count. 168.63.129.16 looks public, and is the host's own service in every machine of Azure.
 */
const NOT_PUBLIC_4 = /** @type {[number[], number][]} */ ([
  [[0], 8], [[10], 8], [[100, 64], 10], [[127], 8], [[168, 63, 129, 16], 32], [[169, 254], 16],
  [[172, 16], 12], [[192, 0, 0], 24], [[192, 0, 2], 24],
  [[192, 88, 99], 24], [[192, 168], 16], [[198, 18], 15], [[198, 51, 100], 24], [[203, 0, 113], 24], [[224], 3],
]);
/** Networks within 2000::/3 that are none of it: protocol assignments, documentation, 6to4. */
const NOT_PUBLIC_6 = /** @type {[number[], number][]} */ ([[[0x2001, 0], 23], [[0x2001, 0xdb8], 32], [[0x2002], 16], [[0x3fff, 0], 20]]);

/**
 * Whether an address is one of the public internet, and none of this machine's, its networks' or its cloud's.
 *
 * @param {string} text
 */
export function isPublicAddress(text) {
  const groups = groupsOf(text);
  if (groups === null) return false;
  const bytes = ipv4In(groups);
  if (bytes) return !NOT_PUBLIC_4.some(([network, bits]) => isWithin(bytes, network, bits, 8));
  return isWithin(groups, [0x2000], 3, 16) && !NOT_PUBLIC_6.some(([network, bits]) => isWithin(groups, network, bits, 16));
}

/** @param {number[]} parts @param {number[]} network @param {number} bits @param {number} width Of a part, in bits. */
function isWithin(parts, network, bits, width) {
  return parts.every((part, index) => {
    const counting = Math.min(width, Math.max(0, bits - index * width));
    return (part ^ (network[index] ?? 0)) >> (width - counting) === 0;
  });
}
