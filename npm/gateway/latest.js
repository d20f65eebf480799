// A memory with an end: of what is written into it the latest stays.

/**
 * @template T
 * @param {Map<string, T>} map
 * @param {string} key
 * @param {T} value
 * @param {number} most
 */
export function setLatest(map, key, value, most) {
  // A map is in the order in which its keys came.
  map.delete(key);
  map.set(key, value);
  for (const [oldest] of map) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
