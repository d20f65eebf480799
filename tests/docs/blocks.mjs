// @ts-check
/** The code blocks of the documentation: fenced ones in Markdown, and the examples in the comments of declarations. */

/**
 * @typedef {object} Block
 * @property {string} page The file that it is in, from the repository's root.
 * @property {string} under The heading above it, or the declaration that its comment belongs to.
 * @property {number} line
 * @property {string} language As the fence says; "" for none.
 * @property {string} text
 * @property {string | null} notRun The reason in a comment `<!-- not run: … -->` on the line before.
 */

const FENCE = /^\s*```(\w*)\s*$/;
/** Whatever Markdown may take for a fence, also in a quote or a list. */
const FENCE_LIKE = /^(?:[\s>]|[-*+]\s|\d+[.)]\s)*(?:`{3}|~{3})/;
const NOT_RUN = /^<!-- not run: (.+) -->$/;

/** @param {string} page @param {string} text @returns {Block[]} */
export function blocksOf(page, text) {
  return page.endsWith(".d.ts") ? inComments(page, text) : inMarkdown(page, text);
}

/**
 * Throws at a fence that is written in a way in which its block would be missed.
 *
 * @param {string} page
 * @param {string[]} lines
 * @param {number} first The number of the first line.
 */
function checkFences(page, lines, first) {
  let isOpen = false;
  for (const [at, line] of lines.entries()) {
    if (!FENCE_LIKE.test(line)) continue;
    const language = FENCE.exec(line)?.[1];
    if (language === undefined || (isOpen && language)) {
      throw new Error(`${page}:${first + at}: a fence is three backticks, with one word at most before the block: ${line.trim()}`);
    }
    isOpen = !isOpen;
  }
}

/** @param {string} page @param {string} text */
function inMarkdown(page, text) {
  const lines = text.split("\n");
  checkFences(page, lines, 1);
  /** @type {Block[]} */
  const found = [];
  let under = "";
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const heading = /^#+ (.+)$/.exec(line)?.[1];
    if (heading) under = heading;
    const language = FENCE.exec(line)?.[1];
    if (language === undefined) continue;
    const end = lines.findIndex((other, index) => index > at && FENCE.test(other));
    if (end < 0) throw new Error(`${page}:${at + 1}: a code block without an end`);
    const notRun = NOT_RUN.exec(lines[at - 1] ?? "")?.[1] ?? null;
    found.push({ page, under, line: at + 1, language, text: `${lines.slice(at + 1, end).join("\n")}\n`, notRun });
    at = end;
  }
  return found;
}

/** An example ends with its fence, with the next tag, or with its comment. @param {string} page @param {string} text */
function inComments(page, text) {
  /** @type {Block[]} */
  const found = [];
  for (const { 0: comment, index } of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const under = /(?:function|class|interface|const|type) (\w+)/.exec(text.slice(index + comment.length))?.[1] ?? "";
    const line = text.slice(0, index).split("\n").length;
    const bare = comment.replace(/^\/\*\*|\*\/$/g, "").replace(/^[ \t]*\* ?/gm, "");
    checkFences(page, bare.split("\n"), line);
    const fenced = [...bare.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language = "", code = ""]) => ({ language, code }));
    const examples = [...bare.matchAll(/@example\n([\s\S]*?)(?=\n\s*@|\s*$)/g)].map(([, code = ""]) => ({ language: "js", code: `${code}\n` }));
    for (const { language, code } of [...fenced, ...examples.filter(({ code }) => !code.includes("```"))]) {
      found.push({ page, under, line, language, text: code, notRun: null });
    }
  }
  return found;
}
