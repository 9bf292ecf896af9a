import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import GithubSlugger from "github-slugger";
import { marked, type Token } from "marked";

/** A fenced block: its language, its text, and where it stands. */
export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** A page for people, with the parts of it that can be wrong. */
interface Document {
  readonly path: string;
  readonly lines: readonly string[];
  readonly blocks: readonly Block[];
  /** Where links and pictures lead, as written. */
  readonly links: readonly string[];
  /** The headings as GitHub names them in an address. */
  readonly anchors: readonly string[];
}

export const DOCUMENTS: readonly Document[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].map(read);

/** Every block of a language, as rows for `it.each`: `README.md:32` and the block. */
export function blocksOf(language: string): [string, Block][] {
  return DOCUMENTS.flatMap(({ blocks }) => blocks)
    .filter((block) => block.language === language)
    .map((block) => [`${block.document}:${block.line}`, block]);
}

function read(path: string): Document {
  const text = readFileSync(path, "utf8");
  const slugger = new GithubSlugger();
  const blocks: Block[] = [];
  const links: string[] = [];
  const anchors: string[] = [];
  let searched = 0;
  const take = (token: Token): void => {
    if (token.type === "link" || token.type === "image") links.push(token.href);
    if (token.type === "heading") anchors.push(slugger.slug(token.text));
    if (token.type !== "code" || token.codeBlockStyle === "indented") return;
    const start = text.indexOf(token.raw, searched);
    searched = start + token.raw.length;
    const line = text.slice(0, start).split("\n").length;
    blocks.push({ document: path, line, language: token.lang ?? "", text: token.text });
  };
  marked.walkTokens(marked.lexer(text), take);
  return { path, lines: text.split("\n"), blocks, links, anchors };
}
