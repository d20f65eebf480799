// The public surface of the packed package: its declarations against golden/, and what its entries export against what they declare.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

// The older one because the current one has no API for programs.
import ts from "typescript-older";

/** The tarball, unpacked by the step `types`. */
const PACKAGE = new URL("./node_modules/nanobanana-task/", import.meta.url);
const GOLDEN = new URL("./golden/", import.meta.url);

/** @type {{ exports: Record<string, string | Record<string, string | Record<string, string>>> }} */
const { exports } = JSON.parse(await readFile(new URL("package.json", PACKAGE), "utf8"));

/** Every way into the package that has types: the file with them, and the modules that they describe. */
const entries = Object.entries(exports).flatMap(([name, conditions]) => {
  if (typeof conditions === "string") return [];
  const { types, ...modules } = conditions;
  return [{ name, types: String(types), modules: [...new Set(Object.values(modules).flatMap(targets))] }];
});

/** What a condition leads to, others within it included. @param {string | Record<string, string>} condition */
function targets(condition) {
  return typeof condition === "string" ? [condition] : Object.values(condition);
}

/** @param {string} inside */
const path = (inside) => fileURLToPath(new URL(inside, PACKAGE));

const program = ts.createProgram({
  rootNames: entries.flatMap(({ types, modules }) => [types, ...modules]).map(path),
  // Inside node_modules JavaScript is read only down to a depth, which is 0 unless it is given.
  options: {
    allowJs: true,
    maxNodeModuleJsDepth: 5,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
  },
});

/**
 * The names that a module exports as values, by its source alone.
 *
 * @param {string} file
 */
function values(file) {
  const source = program.getSourceFile(path(file));
  assert.ok(source, `${file} is in the package`);
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(source);
  assert.ok(symbol, `${file} is a module`);
  const named = checker.getExportsOfModule(symbol).filter((found) => {
    const meant = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    return meant.flags & ts.SymbolFlags.Value;
  });
  return named.map((found) => found.name).sort();
}

test("the package has the entries that are told here", () => {
  assert.deepEqual(
    entries.map(({ name, types }) => [name, types]),
    [[".", "./index.d.ts"], ["./slim", "./slim.d.ts"], ["./gateway", "./gateway.d.ts"], ["./durable-object", "./durable-object.d.ts"]],
  );
});

for (const { name, types, modules } of entries) {
  test(`the declarations of ${name} are the golden ones`, async () => {
    const source = program.getSourceFile(path(types));
    assert.ok(source);
    const printed = ts.createPrinter({ removeComments: true }).printFile(source);
    const golden = new URL(types, GOLDEN);
    if (process.env["UPDATE_GOLDEN"]) {
      await mkdir(GOLDEN, { recursive: true });
      await writeFile(golden, printed);
    }
    const advice = "the public types have changed; where that is meant: UPDATE_GOLDEN=1 cargo xtask test types, and a line in CHANGELOG.md";
    assert.equal(printed, await readFile(golden, "utf8").catch(() => ""), advice);
  });

  for (const module of modules) {
    test(`${module} exports what ${types} declares`, () => assert.deepEqual(values(module), values(types)));
  }

  // Built on what Cloudflare's runtime alone has: tests/gateway runs it there.
  const skip = name === "./durable-object";
  test(`${name} has these exports at run time, too`, { skip }, async () => {
    const module = await import(`nanobanana-task${name.slice(1)}`);
    assert.deepEqual(Object.keys(module).sort(), values(types));
  });
}
