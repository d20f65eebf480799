// Puts the package's modules together: one small file for each entry, and core.js for what they share, the glue included. In Node.js each
// file of an import costs most of a millisecond, and in a page without a bundler a request.
// Usage: node bundle.mjs <folder of modules> <folder of the package>, both with the entries that the manifest of the first one names.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

// From the folder that the build installs them into, wherever this file lies.
const require = createRequire(join(process.cwd(), 'package.json'));
const { rollup } = require('@rollup/wasm-node');
const { minify } = require('terser');

/** What the entries have in common goes into this one. */
const SHARED = 'core';
/** The wasm as text: part of the entry that imports it. */
const BYTES = 'core.bytes.js';

const [modules, pkg] = process.argv.slice(2);
const { exports } = JSON.parse(readFileSync(join(modules, 'package.json'), 'utf8'));
const named = JSON.stringify(exports);
const entries = readdirSync(modules).filter((file) => named.includes(`"./${file}"`) && file.endsWith('.js'));

const bundle = await rollup({
  input: Object.fromEntries(entries.map((file) => [basename(file, '.js'), join(modules, file)])),
  external: /\.wasm/,
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
const { output } = await bundle.generate({
  format: 'es',
  paths: (id) => `./${basename(id)}`,
  manualChunks: (id) => (entries.includes(basename(id)) || basename(id) === BYTES ? undefined : SHARED),
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});
for (const { fileName, code } of output) writeFileSync(join(pkg, fileName), `${await small(code)}\n`);
console.log(output.map(({ fileName }) => fileName).join(', '));

async function small(code) {
  // A bundler needs the annotations to leave out what is not used.
  const format = { comments: false, preserve_annotations: true };
  return (await minify(code, { module: true, ecma: 2020, compress: { passes: 2, unsafe_arrows: true }, keep_classnames: true, format })).code;
}
