// @ts-check
/** One chart as SVG: a row for each median and mix, a mark for each client at what it costs there. It reads in light and dark. */

/** @typedef {{ name: string, kind: string, shape: "dot" | "ring" | "tick" }} Client */
/** @typedef {{ title: string, rows: { name: string, costs: (number | undefined)[] }[] }} Group with a cost for each client, in multiples of the optimum */

const LEFT = 150;
const WIDTH = 900;
const ROW = 24;
const MOST = 24;
const GRID = [1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 24];

/** @param {number} cost */
const x = (cost) => LEFT + 10 + ((WIDTH - LEFT - 40) * Math.log(Math.min(Math.max(cost, 0.97), MOST))) / Math.log(MOST);

/** @param {string} title @param {Client[]} clients @param {Group[]} groups */
export function chart(title, clients, groups) {
  /** @type {string[]} */
  const parts = [];
  const text = (/** @type {number} */ at, /** @type {number} */ y, /** @type {string} */ words, more = "") =>
    parts.push(`<text x="${at.toFixed(1)}" y="${y}"${more}>${words.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`);
  const mark = (/** @type {Client} */ { kind, shape }, /** @type {number} */ at, /** @type {number} */ y) => {
    if (shape === "tick") parts.push(`<rect class="${kind}" x="${(at - 1.75).toFixed(1)}" y="${y - 7}" width="3.5" height="14" rx="1.5"/>`);
    else parts.push(`<circle class="${kind} ${shape}" cx="${at.toFixed(1)}" cy="${y}" r="5"/>`);
  };

  text(14, 26, title, ' class="title"');
  let [at, y] = [14, 52];
  for (const client of clients) {
    const width = 32 + client.name.length * 6.9;
    if (at + width > WIDTH) [at, y] = [14, y + 20];
    mark(client, at + 6, y - 4);
    text(at + 18, y, client.name);
    at += width;
  }
  y += 30;
  const top = y;
  for (const cost of GRID) text(x(cost), top, `${cost}×`, ' text-anchor="middle" class="faint"');
  y += 8;
  const from = y;
  for (const group of groups) {
    y += 22;
    text(14, y, group.title, ' class="group"');
    for (const { name, costs } of group.rows) {
      y += ROW;
      text(LEFT - 8, y + 4, name, ' text-anchor="end"');
      for (const [index, client] of [...clients.entries()].reverse()) {
        const cost = costs[index];
        if (cost !== undefined) mark(client, x(cost), y);
      }
    }
    y += 8;
  }
  const lines = GRID.map((cost) => `<line x1="${x(cost).toFixed(1)}" x2="${x(cost).toFixed(1)}" y1="${from}" y2="${y}"/>`);
  const height = y + 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.group { font-weight: 600 }
.faint { fill: #59636e }
line { stroke: #d1d9e0 }
.own { fill: #0969da; stroke: #0969da; stroke-width: 2 }
.ring { fill: #fff }
.half-second { fill: #cf222e } .two-seconds { fill: #bc4c00 } .backoff { fill: #8250df } .waiter { fill: #1a7f37 } .vendor { fill: #6e7781 }
.ground { fill: #fff }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.faint { fill: #9198a1 }
line { stroke: #3d444d }
.own { fill: #4493f8; stroke: #4493f8 }
.ring, .ground { fill: #0d1117 }
.half-second { fill: #f85149 } .two-seconds { fill: #db6d28 } .backoff { fill: #ab7df8 } .waiter { fill: #3fb950 } .vendor { fill: #9198a1 }
}
</style>
<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>
${lines.join("\n")}
${parts.join("\n")}
</svg>
`;
}
