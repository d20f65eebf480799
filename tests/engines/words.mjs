// @ts-check
/** The record of what an engine's own fetch throws, which the run prints: HACKING.md has all of them side by side. */

/** @param {string} engine */
export function wordsOf(engine) {
  /** @type {Map<string, string>} */
  const told = new Map();
  return {
    /** @param {string} fault @param {string} words */
    tell: (fault, words) => void told.set(fault, words),
    print() {
      const wide = Math.max(...[...told.keys()].map((fault) => fault.length));
      console.log(`What ${engine} itself throws:`);
      for (const [fault, words] of [...told].sort()) console.log(`  ${fault.padEnd(wide)}  ${words}`);
    },
  };
}
