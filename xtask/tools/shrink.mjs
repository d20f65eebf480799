// The last step of the build: takes out of wasm-pack's output what no user can use, and shortens the names between glue and wasm.
// Usage: node shrink.mjs <staging folder>, which holds core_bg.wasm (with function names) and core.js. Both are rewritten.
//
// 1. Panics. In this package a panic could only trap, and its message would go nowhere; the compiler puts the message together all the
//    same. Here the functions that do so become the trap itself, and with them what only they can reach: the formatting of text, and the
//    tasks of a JSPI context, which this package has not.
// 2. The source paths in those messages, blanked out in the data: nothing reads them, and some name folders of the machine that built this.
// 3. The names of imports and exports, which wasm-bindgen makes unique by hashes.
// 4. The fallbacks of js-sys for engines without `globalThis`.
// 5. What the glue does while it is imported, and its fallbacks for runtimes that this package does not run in.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// From the folder that the build installs them into, wherever this file lies.
const require = createRequire(join(process.cwd(), 'package.json'));
const { default: binaryen } = await import(require.resolve('binaryen'));

const PANICS =
  /\bpanicking\b|\bpanic_(fmt|const|bounds_check|handler)\b|\brust_panic\b|\bslice_(error|index)_fail\b|\b(unwrap|expect)_failed\b|\bcapacity_overflow\b|\bhandle_(alloc_)?error\b|\bthrow_str\b|\bassert_failed\b|\bpanic_(already|poisoned|access)| as core[^ ]*::fmt::Debug>::fmt$/;
// They stand in tables (of `dyn Write` and the like), and so a compiler has to take them for used.
const ONLY_FOR_PANICS = /\b(core|alloc)(\[\w+\])?::(fmt|any|panic)::|\bjspi::/;
/** js-sys asks `globalThis` and then three others, as old engines had them, and keeps what it found; every runtime here has the first. */
const GLOBAL = /^js_sys::global::h\w+$/;
const OLD_GLOBALS = /^js_sys::global::get_global_object::(\w+::init::)?h\w+$/;
const GLOBAL_THIS = /__wbg_static_accessor_GLOBAL_THIS_/;
const SOURCE_PATHS = /[\w.+/-]+\/[\w.+-]+\.rs/g;
// A function with one caller is not inlined above this size: the copies that inlining makes of its surroundings compress worse.
const OPTIMISE = ['-Oz', '-Oz', '--one-caller-inline-max-function-size=50', '--strip-producers', '--strip-target-features'];
const GLUE_MODULE = './core_bg.js';
/** @type {[RegExp, string][]} What is changed in the glue; each must be found. */
const EDITS = [
  // initSync would compile what is no WebAssembly.Module of its own realm. This package hands it modules alone, and the sandbox of Next.js
  // hands over those of another realm.
  [/if \(!\(module instanceof WebAssembly\.Module\)\) \{\s*module = new WebAssembly\.Module\(module\);\s*\}/, ''],
  // Importing makes nothing: each is made on first use.
  [/let cachedTextDecoder = .*;\ncachedTextDecoder\.decode\(\);/, 'let cachedTextDecoder;'],
  // Safari's decoders end after 2 GiB, which are twenty million looks.
  [/const MAX_SAFARI_DECODE_BYTES[^]*?return cachedTextDecoder\.decode\(bytes\);/, "function decodeText(bytes) { return (cachedTextDecoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);"],
  [/const cachedTextEncoder = new TextEncoder\(\);/, 'let cachedTextEncoder;'],
  [/const CLOSURE_DTORS = /, 'let closureDtors;\nconst CLOSURE_DTORS = () => closureDtors ??= '],
  [/CLOSURE_DTORS\.unregister/, 'CLOSURE_DTORS().unregister'],
  [/CLOSURE_DTORS\.register/, 'CLOSURE_DTORS().register'],
  // Every runtime has encodeInto, every allocator here can reallocate, and the options come in one object.
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^]*?\n\}\n/, ''],
  [/if \(realloc === undefined\) \{[^]*?\n    \}\n/, ''],
  [/if \(module !== undefined\) \{[^]*?\n    \}\n(?=\n    const imports)/, '({ module } = module);'],
  [/if \(module_or_path !== undefined\) \{[^]*?\n    \}\n(?=\n)/, '({ module_or_path } = module_or_path);'],
  // Every runtime has these.
  [/typeof URL === 'function' && /, ''],
  [/const ret = typeof globalThis === 'undefined' \? undefined : globalThis;\s*return isLikeNone\(ret\) \? 0 : addToExternrefTable0\(ret\);/, 'return addToExternrefTable0(globalThis);'],
  // No Request is a source.
  [/\(typeof Request === 'function' && module_or_path instanceof Request\) \|\| /, ''],
  // What is not served as wasm is compiled when it is there, and of that nobody is warned on the console.
  [/async function __wbg_load[^]*?(?=\nfunction initSync)/, `async function __wbg_load(source, imports) {
    if (!(source instanceof Response)) return WebAssembly.instantiate(source, imports);
    if (!source.ok) throw new Error(\`\${source.status} for \${source.url}\`);
    return source.headers.get('Content-Type') === 'application/wasm' && WebAssembly.instantiateStreaming
        ? WebAssembly.instantiateStreaming(source, imports)
        : WebAssembly.instantiate(await source.arrayBuffer(), imports);
}
`],
  [/const \{ instance, module \} = (await __wbg_load[^]*?;)\s*return __wbg_finalize_init\(instance, module\);/, 'const made = $1\n    return __wbg_finalize_init(made.instance ?? made);'],
  // Entries that share the glue share its instance, whichever of them was first, and whoever is late drops his.
  [/wasmInstance = instance;\s*wasm = (instance\.exports;)([^]*?)return wasm;/, 'if (wasm === undefined) {\n        wasm = $1$2}\n    return wasm;'],
  [/async function __wbg_init\(module_or_path\) \{[^]*?\n\}\n\s*async function __wbg_init_once/, 'async function __wbg_init'],
  [/let __wbg_init_promise;\n/, ''],
  [/if \(wasm !== undefined\) return wasm;\n/g, ''],
  // Memory that has grown has another buffer, and the old one no bytes.
  [/if \(cachedDataViewMemory0 === null \|\| [^]*?cachedDataViewMemory0\.buffer !== (wasm\.\w+\.buffer)\)+ \{/, 'if (cachedDataViewMemory0?.buffer !== $1) {'],
  [/cachedUint8ArrayMemory0 === null \|\| cachedUint8ArrayMemory0\.byteLength === 0/, '!cachedUint8ArrayMemory0?.byteLength'],
  [/let cachedDataViewMemory0 = null;/, 'let cachedDataViewMemory0;'],
  [/let cachedUint8ArrayMemory0 = null;/, 'let cachedUint8ArrayMemory0;'],
  [/    cachedDataViewMemory0 = null;\n    cachedUint8ArrayMemory0 = null;\n/, ''],
  // No import is called __proto__.
  [/__proto__: null,\s*/g, ''],
  // A string is encoded in one go, without a loop for what is ASCII; no character takes more than three bytes.
  [/let ptr = malloc\(len, 1\)[^]*?WASM_VECTOR_LEN = offset;/, `len *= 3;
    let ptr = malloc(len, 1) >>> 0;
    WASM_VECTOR_LEN = (cachedTextEncoder ??= new TextEncoder()).encodeInto(arg, getUint8ArrayMemory0().subarray(ptr, ptr + len)).written;
    if (len) ptr = realloc(ptr, len, WASM_VECTOR_LEN, 1) >>> 0;`],
  // What may throw is wrapped when the imports are made, and not at each call.
  [/function handleError\(f, args\) \{([^]*?)f\.apply\(this, args\)([^]*?)\n\}\n/, 'function handleError(f) {\n    return (...args) => {$1f(...args)$2\n    };\n}\n'],
  [/const ret = typeof\(obj\) === '(number|string)' \? obj : undefined;/g, "const ret = typeof(obj) === '$1';"],
  [/isLikeNone\(ret\) \? 0 : ret, true/, 'ret ? obj : 0, true'],
  [/!isLikeNone\(ret\), true/, 'ret, true'],
  [/isLikeNone\(ret\) \? 0 : passStringToWasm0\(ret,/, '!ret ? 0 : passStringToWasm0(obj,'],
  // A promise calls what it is made with once and at once.
  [/try \{\s*var state0[^]*?const a = state0\.a;[^]*?return (\w+)\(a, state0\.b, arg0, arg1\);[^]*?finally[^]*?finally[^]*?\n {12}\}/, 'return new Promise((resolve, reject) => $1(arg0, arg1, resolve, reject));'],
  // What runs the microtasks always says that all is well.
  [/const ret = (wasm\.\w+\(arg0, arg1, arg2\);)\s*if \(ret\[1\]\) \{[^]*?\n    \}/, '$1'],
];
/** Once the imports have their short names. */
const WRAPPED = /function\(\) \{ return (handleError\(function [^]*?\n {8}\}), arguments\); \}/g;

const [folder] = process.argv.slice(2);
const wasmPath = join(folder, 'core_bg.wasm');
const gluePath = join(folder, 'core.js');

const trapped = cutDown(wasmPath, readFileSync(gluePath, 'utf8'));
const print = execFileSync('wasm-opt', [...OPTIMISE, '--minify-imports-and-exports-and-modules', wasmPath, '-o', wasmPath], { encoding: 'utf8' });
/** @type {{ imports: [string, string, string][], exports: [string, string][], modules: [string, string][] }} */
const names = JSON.parse(print);
const blanked = blankPaths(wasmPath);
const glue = shortened(readFileSync(gluePath, 'utf8'), names);
writeFileSync(gluePath, glue);
console.log(`${trapped} panic functions made traps, ${blanked} source paths blanked, ${names.imports.length + names.exports.length} names shortened`);

/** Makes panics traps, and drops the exports that the glue does not use. */
function cutDown(path, glue) {
  const module = binaryen.readBinary(readFileSync(path));
  const panics = makeTraps(module, PANICS);
  if (panics === 0) throw new Error(`${path} has no panic functions by name: were its names stripped too early?`);
  oneGlobal(module);
  const exported = Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)).name);
  for (const name of exported) if (!glue.includes(`wasm.${name}`)) module.removeExport(name);
  module.runPasses(['remove-unused-module-elements']);
  for (const [caller, called] of calls(module)) {
    if (ONLY_FOR_PANICS.test(called) && !ONLY_FOR_PANICS.test(caller)) throw new Error(`${caller} calls ${called}, which the build takes out`);
  }
  const beside = makeTraps(module, ONLY_FOR_PANICS);
  writeFileSync(path, module.emitBinary());
  return panics + beside;
}

function oneGlobal(module) {
  const [global, ...more] = functionsOf(module).filter(({ name }) => GLOBAL.test(name));
  const accessor = functionsOf(module).find(({ name }) => GLOBAL_THIS.test(name));
  if (!global || !accessor || more.length > 0) throw new Error('js-sys finds the global object in another way');
  module.removeFunction(global.name);
  module.addFunction(global.name, global.params, global.results, [], module.call(accessor.name, [], accessor.results));
  makeTraps(module, OLD_GLOBALS);
}

function functionsOf(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)));
}

function makeTraps(module, names) {
  const found = functionsOf(module).filter(({ name, module: imported }) => !imported && names.test(name));
  for (const { name, params, results } of found) {
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
  return found.length;
}

/** Every direct call, as the names of caller and called. */
function calls(module) {
  const name = String.raw`\$("[^"]*"|[^\s()]+)`;
  return module.emitText().split(/^ \(func /m).slice(1).flatMap((text) => {
    const [, caller] = new RegExp(name).exec(text);
    return [...text.matchAll(new RegExp(String.raw`\(call ${name}`, 'g'))].map(([, called]) => [caller, called]);
  });
}

function blankPaths(path) {
  let count = 0;
  const text = readFileSync(path, 'latin1').replace(SOURCE_PATHS, (found) => {
    count += 1;
    return '\0'.repeat(found.length);
  });
  writeFileSync(path, text, 'latin1');
  return count;
}

/** Every name must stand in the glue: as a key of the imports, or as a member of the instance's exports. */
function shortened(glue, { imports, exports }) {
  if (imports.some(([from]) => from !== GLUE_MODULE)) throw new Error('the wasm imports from more than its glue');
  const swap = (text, pattern, short) => {
    const swapped = text.replace(pattern, short);
    if (swapped === text) throw new Error(`the glue has no ${pattern}: wasm-bindgen has changed its shape`);
    return swapped;
  };
  // Short names have dollars in them.
  const literal = (name) => name.replaceAll('$', '$$$$');
  let text = swap(glue, JSON.stringify(GLUE_MODULE), '"a"');
  for (const [pattern, edited] of EDITS) text = swap(text, pattern, edited);
  for (const [, long, short] of imports) text = swap(text, new RegExp(`(?<=^\\s+)${long}(?=: function)`, 'm'), literal(short));
  // What no function calls any more.
  text = text.replace(/^ {8}__wb\w+: function[^]*?^ {8}\},\n/gm, '');
  text = swap(text, WRAPPED, '$1)');
  for (const [long, short] of exports) text = swap(text, new RegExp(`(?<=\\bwasm\\.)${long}\\b`, 'g'), literal(short));
  return text;
}
