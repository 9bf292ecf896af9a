import { createHash } from "node:crypto";
import { extname } from "node:path";
import { STYLE } from "./style.ts";
import type { Table } from "./table.ts";

/** A page and what stands above its table. */
interface Page {
  readonly title: string;
  readonly introduction: string;
  /** What the table does not tell; nothing is said of an empty list. */
  readonly gaps: readonly string[];
  readonly table: Table;
}

/**
 * One HTML file with a table to filter. It asks for nothing from anywhere: script and style are in it, and its policy
 * refuses all else. Whatever a cell says is text.
 */
export async function htmlPage({ title, introduction, gaps, table }: Page): Promise<string> {
  const program = `(${await browserScript()})();`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(program)}'`,
    `style-src '${hashOf(STYLE)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(introduction)}</p>
${gapsList(gaps)}<noscript><p>This page needs its script to show the table.</p></noscript>
<form id="filters" role="search" aria-label="Filter the rows">
<label class="search">Search<input id="search" type="search" autocomplete="off" spellcheck="false"></label>
<button type="reset">Clear</button>
</form>
<div class="bar">
<p id="status" role="status"></p>
<nav id="pages" aria-label="Pages of the table">
<button id="previous" type="button">Previous</button>
<button id="next" type="button">Next</button>
</nav>
</div>
<div class="scroll" role="region" aria-label="The table" tabindex="0">
<table>
<thead><tr id="head"></tr></thead>
<tbody id="rows"></tbody>
</table>
</div>
</main>
<script id="table" type="application/json">${inert(table)}</script>
<script>${program}</script>
</body>
</html>
`;
}

/** The text of what runs in the page. It is compiled for browsers, apart from all else, so that no type comes from here. */
async function browserScript(): Promise<string> {
  const file = new URL(`./browser/script${extname(import.meta.url)}`, import.meta.url);
  const { script }: { readonly script: () => void } = await import(file.href);
  return script.toString();
}

function gapsList(gaps: readonly string[]): string {
  if (gaps.length === 0) return "";
  const items = gaps.map((gap) => `<li>${escaped(gap)}</li>`).join("\n");
  return `<details open>\n<summary>Not judged, and what may change a row (${gaps.length})</summary>\n<ul>\n${items}\n</ul>\n</details>\n`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** JSON that no HTML can be made of: the letters that begin a tag are written by their numbers. */
function inert(table: Table): string {
  return JSON.stringify(table).replaceAll("<", "\\u003c");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
