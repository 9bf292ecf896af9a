import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
} from "yaml";
import { show } from "../problem.ts";
import type { Parsed, TooMuch } from "./parse-yaml.ts";

/** What is wrong with a YAML document as such, and how far into the text. */
interface DocumentFault {
  readonly offset: number;
  readonly value?: string;
  readonly why: string;
  readonly fix: string;
}

/** Declarations need less than ten levels, and a host with two callers about sixty lexemes. */
export const LIMITS = { depth: 64, lexemes: 2_000_000 } as const;
/** A parser that has lost its way finds a fault at every turn; the first ones tell. */
const MAX_PARSER_FAULTS = 10;

const TOO_DEEP = {
  why: `values are nested more than ${LIMITS.depth} levels deep`,
  fix: "see docs/reference.md for what a file holds",
} as const;

const TOO_LONG = {
  why: "the file holds more values than are read of one file (about 30,000 hosts)",
  fix: "split it: a declaration into catalogs, manifests into a file each",
} as const;

/** Faults that are put better in our own words than in the parser's, by its code. */
const WORDS: Readonly<Record<string, { readonly why: string; readonly fix: string }>> = {
  MULTIPLE_DOCS: {
    why: "a file holds one YAML document",
    fix: "put the second document in a file of its own",
  },
  NON_STRING_KEY: { why: "a key is a word, not a list or a map", fix: "write a plain word before the colon" },
  TAB_AS_INDENT: { why: "YAML is not indented with tabs", fix: "indent with spaces" },
};

/** What keeps a text from being read as data. */
export function documentFaults(parsed: Parsed): DocumentFault[] {
  if (!("document" in parsed)) return [tooMuch(parsed)];
  const faults = parserFaults(parsed.document);
  return faults.length > 0 ? faults : contentFaults(parsed.document.contents);
}

/** A text that is too deep or too long to be read. */
export function tooMuch(parsed: TooMuch): DocumentFault {
  return "tooDeepAt" in parsed
    ? { offset: parsed.tooDeepAt, ...TOO_DEEP }
    : { offset: parsed.tooLongAt, ...TOO_LONG };
}

/** What the parser found, the first faults only, each place once. */
function parserFaults({ errors, warnings, directives }: Document): DocumentFault[] {
  const places = new Set<string>();
  const faults: DocumentFault[] = [];
  if (directives?.yaml.explicit && directives.yaml.version !== "1.2")
    faults.push({
      offset: 0,
      value: `%YAML ${directives.yaml.version}`,
      why: "only YAML 1.2 is read: older ones take words such as off and 010 for something else",
      fix: "remove the %YAML line",
    });
  for (const { code, message, pos } of [...errors, ...warnings]) {
    const why = message.split("\n")[0] ?? "";
    const own = WORDS[code];
    const place = `${code} ${pos[0]}`;
    if (places.has(place)) continue;
    if (places.add(place).size > MAX_PARSER_FAULTS) break;
    const tag = code === "TAG_RESOLVE_FAILED";
    faults.push({
      offset: pos[0],
      ...(own ?? { why: `YAML: ${why}`, fix: tag ? "remove the tag" : "correct the YAML here" }),
    });
  }
  return faults;
}

/** Anchors, aliases, keys that stand twice or can't be, and values that are nested too deeply. */
function contentFaults(root: Node | null): DocumentFault[] {
  const faults: DocumentFault[] = [];
  // A list of its own and no recursion: the depth is the file's choice.
  const waiting: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    if (isPair(node)) {
      waiting.push({ node: node.key, depth }, { node: node.value, depth });
      continue;
    }
    if (!isNode(node)) continue;
    const offset = node.range?.[0] ?? 0;
    if (depth > LIMITS.depth) return [{ offset, ...TOO_DEEP }];
    const anchor = isAlias(node)
      ? `*${node.source}`
      : node.anchor === undefined
        ? undefined
        : `&${node.anchor}`;
    if (anchor !== undefined)
      faults.push({
        offset,
        value: anchor.slice(0, 80),
        why: "anchors and aliases are not read: a reader must see each declaration where it stands",
        fix: "write the value out",
      });
    if (isMap(node)) for (const fault of keyFaults(node)) faults.push(fault);
    if (isMap(node) || isSeq(node))
      for (const item of node.items) waiting.push({ node: item, depth: depth + 1 });
  }
  return faults;
}

function keyFaults({ items }: YAMLMap): DocumentFault[] {
  const known = new Set<unknown>();
  const faults: DocumentFault[] = [];
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (key.value === "__proto__")
      faults.push({
        offset: key.range?.[0] ?? 0,
        value: "__proto__",
        why: "this word can't be a key: readers in JavaScript would lose it",
        fix: "remove it",
      });
    else if (known.has(key.value))
      faults.push({
        offset: key.range?.[0] ?? 0,
        value: show(key.value),
        why: "this key stands twice in one map",
        fix: "keep one of the two",
      });
    known.add(key.value);
  }
  return faults;
}
