// Puts the package's modules together. In Node.js each file of an import costs most of a millisecond, and in a page without a bundler a
// request: the default entry is one file. The others share core.js, the glue among it.
// Usage: node bundle.mjs <folder of modules> <folder of the package>, both with the entries that the manifest of the first one names.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

// From the folder that the build installs them into, wherever this file lies.
const require = createRequire(join(process.cwd(), 'package.json'));
const { rollup } = require('@rollup/wasm-node');
const { minify } = require('terser');

const DEFAULT = 'index.js';
const SHARED = 'core';
/** What the gateway's entries share, by the folder that it comes from. */
const GATEWAY = 'gateway';
/** What one entry has to itself, likewise: of all others no runtime but Cloudflare's could load it. */
const OBJECT = 'durable-object';
/** The wasm as a text, which is a statement of its own: what refers to it keeps its name. */
const TEXT = /^const text = "[^"]{1000,}";$/m;
/** Terser breaks lines where they are longer; it cannot break a text. */
const LONGEST_LINE = 60;
const MOST_OF_A_LINE = 450;
/** What the runtime brings along. */
const BUILT_IN = 'cloudflare:workers';

const [modules, pkg] = process.argv.slice(2);
const { exports } = JSON.parse(readFileSync(join(modules, 'package.json'), 'utf8'));
const named = JSON.stringify(exports);
const entries = readdirSync(modules).filter((file) => named.includes(`"./${file}"`) && file.endsWith('.js'));

const files = [...(await bundled([DEFAULT])), ...(await bundled(entries.filter((entry) => entry !== DEFAULT)))];
for (const { fileName, code } of files) writeFileSync(join(pkg, fileName), `${await small(code)}\n`);
console.log(files.map(({ fileName }) => fileName).join(', '));

/** One file for each entry, and one for what several of them share. */
async function bundled(entries) {
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((file) => [basename(file, '.js'), join(modules, file)])),
    // The default entry is a file of its own, which the gateway's entries import.
    external: (id, importer) => id.includes('.wasm') || id === BUILT_IN || (importer !== undefined && basename(id) === DEFAULT),
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const { output } = await bundle.generate({
    format: 'es',
    paths: (id) => (id === BUILT_IN ? id : `./${basename(id)}`),
    manualChunks: (id) => {
      if (entries.length === 1 || entries.includes(basename(id))) return undefined;
      if (basename(dirname(id)) === OBJECT) return undefined;
      return basename(dirname(id)) === GATEWAY ? `${GATEWAY}-handler` : SHARED;
    },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // An entry would import what its imports import once more, and bundlers warn of that.
    hoistTransitiveImports: false,
    // What is frozen here is seen by the package's own modules alone.
    freeze: false,
  });
  return output;
}

async function small(code) {
  // A bundler needs the annotations to leave out what is not used. Runtimes print the line that an uncaught error comes from, and some the
  // lines before it: lines are short, and the wasm's text is the last one.
  const format = { comments: false, preserve_annotations: true, max_line_len: LONGEST_LINE };
  const [text = ''] = TEXT.exec(code) ?? [];
  const options = { module: true, ecma: 2020, compress: { passes: 2, unsafe_arrows: true }, keep_classnames: true, format };
  const made = (await minify(code.replace(TEXT, ''), options)).code;
  for (const line of made.split('\n')) if (line.length > MOST_OF_A_LINE) throw new Error(`a line of ${line.length} characters would be printed with an error`);
  return `${made}\n${text}`.trim();
}
