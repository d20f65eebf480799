// @ts-check
/** Numbers from 0 up to 1 that are the same in every run: mulberry32. @param {number} seed @returns {() => number} */
export function randomFrom(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In place, every order as likely. @template T @param {T[]} items @param {() => number} random */
export function shuffle(items, random) {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [items[index], items[other]] = [/** @type {T} */ (items[other]), /** @type {T} */ (items[index])];
  }
  return items;
}
