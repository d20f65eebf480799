// What each entry of the package in pkg/ weighs: as it is, and compressed as servers send it.
// `--check` fails over the budget and where README's table tells otherwise; `--readme` writes that table.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const pkg = join(root, 'pkg');
const readmePath = join(root, 'README.md');
/** README's table stands between these. */
const MARKS = ['<!-- size: written by `cargo xtask size --readme` -->', '<!-- /size -->'];
/** Paths in the wasm make some bytes of difference from one machine to the next. */
const TOLERANCE = 0.01;

const budget = JSON.parse(readFileSync(join(root, 'tests/size-budget.json'), 'utf8')).brotli_bytes;
const [flag] = process.argv.slice(2);

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
  { what: 'default', shown: '`nanobanana-task`: pages, bundlers, Node.js, Deno, Bun', files: [...loadedBy(at('index.js'))] },
  { what: 'slim', shown: '`nanobanana-task/slim`, the wasm as a file', files: [...loadedBy(at('slim.js')), at('core.wasm')] },
  { what: 'workerd', shown: '`nanobanana-task` in Cloudflare Workers', files: [...loadedBy(at('workerd.js'))] },
  { what: 'wasm + glue', shown: 'of these, the wasm and what all entries share', files: [...loadedBy(at('core.js')), at('core.wasm')] },
].map((row) => ({ ...row, sum: weigh(row.files), ...budget[row.what] }));

const number = (bytes) => bytes.toLocaleString('en').padStart(9);
console.log(`${'bytes'.padEnd(14)}${'raw'.padStart(9)}${'gzip -9'.padStart(10)}${'brotli -11'.padStart(11)}${'limit'.padStart(10)}${'aim'.padStart(10)}`);
for (const { what, files, sum, limit, aim } of rows) {
  const named = files.map((file) => relative(pkg, file)).join(' ');
  console.log(`${what.padEnd(14)}${number(sum.raw)} ${number(sum.gzip)}  ${number(sum.brotli)} ${number(limit)} ${aim ? number(aim) : '        –'}   ${named}`);
}

const kilo = (bytes) => (bytes / 1000).toFixed(1);
const table = [
  '| kB (1000 bytes) | raw | gzip | brotli |',
  '|---|---:|---:|---:|',
  ...rows.map(({ shown, sum }) => `| ${shown} | ${kilo(sum.raw)} | ${kilo(sum.gzip)} | ${kilo(sum.brotli)} |`),
];

const readme = readFileSync(readmePath, 'utf8');
const [before, rest] = readme.split(`${MARKS[0]}\n`);
const [written, after] = rest?.split(MARKS[1]) ?? [];
if (after === undefined) throw new Error(`README.md has no ${MARKS.join(' … ')}`);
if (flag === '--readme') writeFileSync(readmePath, [before, MARKS[0], '\n', ...table.map((line) => `${line}\n`), MARKS[1], after].join(''));
if (flag === '--check') {
  const over = rows.filter(({ sum, limit }) => !(sum.brotli <= limit)).map(({ what }) => what);
  if (over.length > 0) fail(`${over.join(', ')}: past tests/size-budget.json. Make it smaller, or raise the limit there and say why.`);
  if (!agree(written.trim().split('\n'), table)) fail('README.md tells other sizes: write them anew with `cargo xtask size --readme`.');
}

/** The same words, and numbers that are nearly the same. */
function agree(lines, wanted) {
  const words = (line) => line.split(/([\d.]+)(?= \|)/);
  const near = (a, b) => a === b || Math.abs(a - b) <= Math.max(0.1, b * TOLERANCE);
  return lines.length === wanted.length && lines.every((line, row) => words(line).every((word, column) => near(word, words(wanted[row])[column])));
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
