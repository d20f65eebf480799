// @ts-check
/** No code block of the documentation is overlooked because of how its fence is written. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { blocksOf } from "./blocks.mjs";

const KNOWN = ["```ts", "```", "  ```js"];
const UNKNOWN = [
  '```ts title="x"',
  "```c++",
  "``` ts x",
  "````ts",
  "~~~",
  "~~~ts",
  "> ```ts",
  "- ```ts",
  "1. ```ts",
];

it("blocks with a known fence are found", () => {
  for (const fence of KNOWN) {
    const text = `# Heading\n\n${fence}\ncode();\n\`\`\`\n`;
    assert.deepEqual(blocksOf("page.md", text).map(({ text: code }) => code), ["code();\n"], fence);
  }
});

it("every other fence is an error with its line", () => {
  for (const fence of UNKNOWN) {
    const end = fence.includes("~") ? "~~~" : "```";
    const markdown = `# Heading\n\n${fence}\ncode();\n${end}\n`;
    assert.throws(() => blocksOf("page.md", markdown), /^Error: page\.md:3: /, fence);
    const comment = `/**\n * Text.\n * ${fence}\n * code();\n * ${end}\n */\nexport function f(): void;\n`;
    assert.throws(() => blocksOf("page.d.ts", comment), /^Error: page\.d\.ts:3: /, fence);
  }
});

it("a block that is opened in a block is an error", () => {
  assert.throws(() => blocksOf("page.md", "```ts\ncode();\n```js\n```\n"), /^Error: page\.md:3: /);
});
