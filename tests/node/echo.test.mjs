// @ts-check
/** What is taken out of the API's free text: the key and the prompt, however they are written, at a cost that is bounded; and nothing else. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { clean } from "../../npm/echo.js";
import { getTaskDetails, waitForTask } from "../../pkg/index.js";
import { answering, record } from "../behaviour/world.mjs";

const KEY = "0123456789abcdef0123456789abcdef";
const PROMPT = "Über a lighthouse \"Søren\" & a <quiet> sea,\nДом у моря, ΟΔΟΣ Straße 灯塔 🗼 it's 100% PAPER cut";

/** @param {string} text */
const utf16 = (text) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
/** @param {string} text @param {(character: string) => string} write */
const each = (text, write) => Array.from(text, write).join("");
/** @param {string} text */
const json = (text) => JSON.stringify(text).slice(1, -1);
/** @param {string} text */
const html = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");

/** @param {string} text */
const bytes = (text) => Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
/** HTML's names of characters. @type {Record<string, string>} */
const NAMES = {
  Ü: "Uuml", ü: "uuml", é: "eacute", ø: "oslash", ß: "szlig", æ: "aelig", "-": "hyphen", "+": "plus", "/": "sol", "=": "equals", _: "lowbar", "?": "#63",
};

/** Ways to write a text that say the same. @type {Record<string, (text: string) => string>} */
const SPELLINGS = {
  "as it is": (text) => text,
  "in capitals": (text) => text.toUpperCase(),
  "in small letters": (text) => text.toLowerCase(),
  "as JSON": json,
  "as JSON in JSON": (text) => json(json(text)),
  "as JSON of ASCII": (text) => json(text).replace(/[^\0-~]/gu, utf16),
  "as escapes alone": utf16,
  "as Python writes it": (text) => each(text, (character) => (/[\u0080-\u00ff]/.test(character) ? `\\x${character.charCodeAt(0).toString(16)}` : character)),
  "in a URL": encodeURIComponent,
  "in a form": (text) => new URLSearchParams({ text }).toString().slice(5),
  "in a URL in a URL": (text) => encodeURIComponent(encodeURIComponent(text)),
  "all of it percent-encoded": bytes,
  "after a byte that is no UTF-8": (text) => `%FF${bytes(text)}`,
  "before a byte that is no UTF-8": (text) => `${bytes(text)}%e9`,
  "as HTML": html,
  "as HTML in HTML": (text) => html(html(text)),
  "as HTML's numbers": (text) => each(text, (character) => `&#${character.codePointAt(0)};`),
  "as HTML's hexadecimal numbers": (text) => each(text, (character) => `&#x${character.codePointAt(0)?.toString(16)};`),
  "as HTML's numbers without ends": (text) => each(text, (character) => `&#${character.codePointAt(0)}`),
  "as HTML's names": (text) => each(text, (character) => (NAMES[character] ? `&${NAMES[character]};` : html(character))),
  "as JavaScript's code points": (text) => each(text, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`),
  "without accents": (text) => text.normalize("NFD").replace(/\p{M}/gu, ""),
  "decomposed": (text) => text.normalize("NFD"),
  "wide": (text) => text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  "on other lines": (text) => text.replaceAll(" ", "\r\n  "),
};

/** What a request's parameters look like in a reply. @type {Record<string, (prompt: string) => unknown>} */
const PARAMS = {
  "a text": (prompt) => JSON.stringify({ prompt, numImages: 1 }),
  "an object": (prompt) => ({ prompt }),
  "a text with an input": (prompt) => JSON.stringify({ model: "m", input: { prompt } }),
  "an object with an input": (prompt) => ({ input: { prompt } }),
  "a text in a text": (prompt) => JSON.stringify(JSON.stringify({ prompt })),
  "a text with an input that is a text": (prompt) => JSON.stringify({ input: JSON.stringify({ prompt }) }),
  "an input that is the prompt": (prompt) => ({ input: prompt }),
  "a text that is too long to be parsed": (prompt) => JSON.stringify({ prompt, more: "-".repeat(100_000) }),
};

it("a prompt is found however it is written, and wherever the parameters have it", () => {
  for (const prompt of [PROMPT, "a red fox", "一只红狐狸坐在雪地里", "빨간 여우가 눈밭에", 'a sign that says "open"\nin red']) {
    for (const [how, write] of Object.entries(SPELLINGS)) {
      for (const [where, params] of Object.entries(PARAMS)) {
        const told = `1: ${write(prompt)} :2`;
        assert.equal(clean(told, KEY, params(prompt), undefined), "1: [prompt] :2", `${how}, ${where}: ${told}`);
        assert.equal(clean(told, KEY, null, params(prompt)), "1: [prompt] :2", `${how}, ${where}, of an earlier reply: ${told}`);
      }
    }
  }
});

it("twelve letters and digits in a row of a prompt are a part of it, wherever they stand", () => {
  const prompt = "A lighthouse above a quiet sea, paper cut style, at 5 o'clock";
  const letters = Array.from(prompt.matchAll(/[a-z\d]/gi), ({ index = 0 }) => index);
  for (const [how, write] of Object.entries(SPELLINGS)) {
    for (let first = 0; first + 12 <= letters.length; first += 1) {
      const piece = prompt.slice(letters[first], Number(letters[first + 11]) + 1);
      assert.equal(clean(`«${write(piece)}…»`, KEY, { prompt }), "«[prompt]…»", `${how}: ${piece}`);
    }
  }
  for (const length of [20, 30, 40]) assert.equal(clean(`refused: ${prompt.slice(0, length)}...`, "", { prompt })?.toString().slice(0, 17), "refused: [prompt]");
});

it("a prompt of few characters is found where these say something", () => {
  for (const prompt of ["猫", "裸照", "fox", "🔞🍑", "🍆".repeat(30)]) {
    for (const [how, write] of Object.entries(SPELLINGS)) {
      assert.equal(clean(`1: ${write(prompt)} :2`, KEY, { prompt }), "1: [prompt] :2", `${how}: ${prompt}`);
    }
  }
  for (const prompt of ["at", "..!", "1", "é"]) assert.equal(clean(`1: ${prompt} :2`, KEY, { prompt }), `1: ${prompt} :2`);
});

it("a prompt is found where its last character is cut, in letters of mathematics, and where ß is a capital", () => {
  assert.equal(clean("a nude person", KEY, { prompt: "𝐚 𝐧𝐮𝐝𝐞 𝐩𝐞𝐫𝐬𝐨𝐧" }), "[prompt]");
  for (const prompt of ["一只红狐狸坐在雪地里", "Привет мир, это секрет"]) {
    assert.equal(clean(`no: ${encodeURIComponent(prompt).slice(0, -3)}`, KEY, { prompt }), "no: [prompt]");
  }
  assert.equal(clean("GROẞE STRAẞE HIER", KEY, { prompt: "große straße hier" }), "[prompt]");
  assert.equal(clean("grosse strasse hier", KEY, { prompt: "GROẞE STRAẞE HIER" }), "[prompt]");
});

it("what is no echo of a prompt stays as it is", () => {
  for (const [prompt, text] of /** @type {const} */ ([
    ["a red fox", "a fox, a red one, a red fo"],
    [" at ", "that was bad"],
    ["...", "please wait ..."],
    ["", "failed"],
    ["null", "failed"],
    ["draw an image of a town", "Failed to generate the image. Please try again later."],
    [PROMPT, "Your prompt was flagged as violating content policies &amp; %E4%BD%A0 \\u00e9 100%"],
  ])) {
    assert.equal(clean(text, KEY, { prompt }, JSON.stringify({ prompt })), text);
  }
  for (const params of ["null", "5", '"fox"', "[]", "{}", '{"prompt":5}', null, undefined, {}]) assert.equal(clean("a null fox 5", KEY, params), "a null fox 5");
  assert.equal(clean('bad {"prompt":"a red fox and', KEY, '{"prompt":"a red fox and'), 'bad {"[prompt]', "parameters that are no JSON");
  for (const value of [undefined, null, 5, true, [], {}]) assert.equal(clean(value, KEY, {}), value);
});

it("a key is found however it is written, if it has eight characters", () => {
  for (const key of [KEY, "sk-live_AbC/dEf+Ghi=", `a<b>"c"&'d'%?`, "sk-12345", "k".repeat(200)]) {
    for (const [how, write] of Object.entries(SPELLINGS)) {
      assert.equal(clean(`Bearer ${write(key)}: no`, key), "Bearer [key]: no", `${how}: ${key}`);
    }
  }
  for (const key of ["", "h", "test", "1234567"]) assert.equal(clean(`the test ${key} h`, key), `the test ${key} h`);
});

it("a key that is cut off where the text is cut off has not begun", () => {
  for (let before = 1_900; before < 2_100; before += 1) {
    for (const write of [String, encodeURIComponent, utf16]) {
      const text = String(clean(`${"x ".repeat(before / 2)}${write(KEY)}${write(KEY)}`, KEY));
      assert.ok(text.length <= 2_005 && !text.includes("0") && !text.includes("\\"), text.slice(-60));
    }
  }
});

it("what cannot be seen, or moves what stands around it, is replaced", () => {
  for (const character of ["\0", "\x1b", "\x7f", "\x85", "\x9b", "\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\u2029", "\u200b", "\u00ad", "\ufeff", "\ud800", "\u{e0041}"]) {
    assert.equal(clean(`one${character}two`, KEY), "one two", JSON.stringify(character));
  }
  assert.equal(clean("one\n\ttwo 灯塔 🗼 é", KEY), "one\n\ttwo 灯塔 🗼 é");
});

/** The least CPU time of three, because others use the machine. @param {() => unknown} work */
async function cost(work) {
  let least = Infinity;
  for (let turn = 0; turn < 3; turn += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

it("characters that stand for many make no text slow to clean", async () => {
  for (const first of [0x3300, 0xfd50]) {
    // Without any order, so that no two parts are alike.
    const prompt = (/** @type {number} */ seed) => Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(first + ((at * at * seed + ((at * 7_919) >> 3)) % 0x57))).join("");
    const known = [1, 3].map((seed) => JSON.stringify({ prompt: prompt(seed), input: { prompt: prompt(seed + 1) } }));
    const took = await cost(() => [1, 2, 3, 4, 5].forEach((seed) => clean(prompt(seed).slice(0, 2_100), KEY, ...known)));
    assert.ok(took < 100, `${took} ms for five texts of U+${first.toString(16)}`);
  }
});

it("parameters of a megabyte are not parsed over and over", { timeout: 60_000 }, async () => {
  const fields = { successFlag: 3, operationType: "a", errorCode: "b", errorMessage: "c" };
  for (const paramJson of ["[".repeat(450_000) + "]".repeat(450_000), "[".repeat(1_000_000), `[${"{},".repeat(310_000)}1]`]) {
    const text = JSON.stringify(record({ ...fields, paramJson }));
    const took = await cost(() => getTaskDetails("t", { apiKey: KEY, fetch: async () => new Response(text) }).catch(() => {}));
    assert.ok(took < 60, `${took} ms for ${paramJson.slice(0, 6)}…`);
  }
});

/** @param {string} part */
const many = (part) => part.repeat(450_000 / part.length);
const PARTS = ["a", "ab", "%", "%25", "%2", "\\", "\\u", "\\ud83d", "&amp;", "&#1", "&", "灯", "\u202e", " ", "1", '"', "A"];

it("no text is slow to clean, whatever it and the prompt are made of", { timeout: 120_000 }, async () => {
  let seed = 1;
  /** Numbers without any order, the same each time. @param {number} end */
  const below = (end) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * end);
  };
  const piece = () => Array.from({ length: 1 + below(6) }, () => PARTS[below(PARTS.length)]).join("");
  for (let turn = 0; turn < 200; turn += 1) {
    const [first, second] = [piece(), piece()];
    const prompt = many(first) + second;
    const text = many(below(2) ? first : second) + first;
    const key = below(2) ? KEY : first.replace(/[^!-~]/g, "x").repeat(200).slice(0, 1_000);
    const parameters = [{ prompt }, JSON.stringify({ input: { prompt: second + prompt } })];
    const least = await cost(() => clean(text, key, ...parameters));
    assert.ok(least < 50, `${least} ms for ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
  }
});

it("a reply of a megabyte costs what its length costs, whatever is in it", { timeout: 120_000 }, async () => {
  const attack = record({ successFlag: 3, paramJson: JSON.stringify({ prompt: `${"a".repeat(20_000)}b` }), errorMessage: "a".repeat(920_000) });
  const attacks = PARTS.flatMap((part) => PARTS.map((other) => {
    const [prompt, text] = [many(part), many(other)];
    const third = text.slice(0, 150_000);
    return record({ successFlag: 3, paramJson: JSON.stringify({ prompt }), errorMessage: third, errorCode: third, operationType: third });
  }));
  // A megabyte has to be parsed and copied, whatever it says.
  const plain = await cost(() => waitForTask("t", { apiKey: KEY, fetch: answering(record({ ...attack.data, paramJson: null, unread: "a".repeat(940_000) })) }).catch(() => {}));
  for (const body of [attack, ...attacks]) {
    const text = JSON.stringify(body);
    const reply = () => new Response(text);
    const took = await cost(() => waitForTask("t", { apiKey: KEY, fetch: async () => reply() }).catch(() => {}));
    assert.ok(took < 150, `${took} ms for ${text.slice(0, 60)} and ${text.slice(-60)}; ${plain} ms for as long a one that says nothing`);
  }
  const error = await getTaskDetails("t", { apiKey: KEY, fetch: answering({ code: 400, msg: "a".repeat(940_000) }) }).catch((thrown) => thrown);
  assert.equal(error.apiMessage.length, 300);
});
