// What the package in pkg/ weighs: as it is, and compressed as servers send it. `--check` fails over the budget.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const pkg = join(root, 'pkg');
const budget = JSON.parse(readFileSync(join(root, 'tests/size-budget.json'), 'utf8'));

/** A module and every file that it makes a page load: its imports, static and dynamic, followed to their end. */
function loadedBy(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  if (!entry.endsWith('.js')) return found;
  const imports = /(?:^|;)\s*import\s*['"](\.[^'"?]+)|(?:^|;)\s*(?:import|export)\b[^'"=;()]*?\bfrom\s*['"](\.[^'"?]+)|\bimport\(\s*['"](\.[^'"?]+)/gm;
  const code = readFileSync(entry, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  for (const [, ...specifiers] of code.matchAll(imports)) loadedBy(join(dirname(entry), specifiers.find(Boolean)), found);
  return found;
}

/** Each file is compressed by itself, as it travels. */
function weigh(files) {
  const sum = { raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) {
    const bytes = readFileSync(file);
    sum.raw += bytes.length;
    sum.gzip += gzipSync(bytes, { level: 9 }).length;
    sum.brotli += brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length;
  }
  return sum;
}

const at = (name) => join(pkg, name);
const rows = [
  ['a page, default entry', [...loadedBy(at('index.js'))]],
  ['workerd entry', [...loadedBy(at('workerd.js'))]],
  ['wasm + glue', [at('core.wasm'), ...loadedBy(at('core.js'))]],
].map(([what, files]) => ({ what, files, sum: weigh(files) }));

const number = (bytes) => bytes.toLocaleString('en').padStart(9);
console.log(`${'bytes'.padEnd(24)}${'raw'.padStart(9)}${'gzip -9'.padStart(10)}${'brotli -11'.padStart(11)}`);
for (const { what, files, sum } of rows) {
  console.log(`${what.padEnd(24)}${number(sum.raw)} ${number(sum.gzip)}  ${number(sum.brotli)}`);
  console.log(`    ${files.map((file) => relative(pkg, file)).join(' ')}`);
}

const core = rows.at(-1).sum.brotli;
const { aim, limit } = budget.core_brotli_bytes;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(`wasm + glue, brotli: ${kib(core)}; aim ${kib(aim)}, limit ${kib(limit)}`);
if (core > aim) console.log(core > limit ? 'over the limit' : 'over the aim, within the limit');
if (process.argv.includes('--check') && core > limit) {
  console.error('The package has grown past tests/size-budget.json: make it smaller, or raise the limit there and say why.');
  process.exitCode = 1;
}
