import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Position, Problem } from "./problem.ts";

/** Larger files are refused unread: 10,000 hosts take about 1.5 MB. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

export type Path = readonly (string | number)[];

/** A YAML file as plain data, and where each value stands in it. */
export interface Source {
  readonly file: string;
  readonly data: unknown;
  /** Where the value at a path stands, or its nearest parent that is written down. */
  positionOf(path: Path): Position;
  /** Where the key of a value stands. */
  positionOfKey(path: Path): Position;
}

/** Reads one YAML document; syntax errors, anchors and aliases are problems. The data is undefined where it has any. */
export function readSource(file: string, text: string): { source: Source; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    resolveKnownTags: false, // sets, dates and the like are nothing that a declaration holds
    uniqueKeys: false, // the parser compares each key with all before it: a map of many keys takes their square
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, why: string, fix: string): Problem => ({
    ...at(offset),
    path: "",
    why,
    fix,
  });
  const found: Found = { twice: [], anchored: [] };
  const data = plain(document.contents, found);
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ message, pos }) =>
      problem(pos[0], `YAML: ${message.split("\n")[0]}`, "correct the YAML here"),
    ),
    ...found.twice.map((key) =>
      problem(startOf(key), "YAML: Map keys must be unique", "keep one of the two"),
    ),
  ];
  if (problems.length === 0)
    for (const node of found.anchored)
      problems.push({
        ...at(startOf(node)),
        path: "",
        value: isAlias(node) ? `*${node.source}` : `&${node.anchor}`,
        why: "anchors and aliases are not read: a reader must see each declaration where it stands",
        fix: "write the value out",
      });
  const places = new Places(document.contents);
  const source: Source = {
    file,
    data: problems.length === 0 ? data : undefined,
    positionOf: (path) => at(startOf(places.nearest(path))),
    positionOfKey: (path) => at(startOf(places.keyOf(path) ?? places.nearest(path))),
  };
  return { source, problems };
}

interface Found {
  /** Keys that their map has already. */
  readonly twice: unknown[];
  readonly anchored: Node[];
}

/** The value of a node; what it may not hold is noted on the way. */
function plain(node: unknown, found: Found): unknown {
  if (isAlias(node) || (isNode(node) && node.anchor !== undefined)) found.anchored.push(node);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(item, found));
  if (!isMap(node)) return null;
  const data = {};
  for (const { key, value } of node.items) {
    const name = nameOf(key, found);
    if (Object.hasOwn(data, name)) found.twice.push(key);
    define(data, name, plain(value, found));
  }
  return data;
}

function nameOf(key: unknown, found: Found): string {
  const value = plain(key, found);
  return isScalar(key) ? String(value ?? "") : String(key);
}

/** Sets a key as data; to an assignment, __proto__ is no key like others. */
function define(data: object, name: string, value: unknown): void {
  Object.defineProperty(data, name, { value, configurable: true, enumerable: true, writable: true });
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Finds nodes by path. A map is indexed when first asked for: as many questions as keys would take their square. */
class Places {
  readonly #root: Node | null;
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(root: Node | null) {
    this.#root = root;
  }

  /** The node at a path, or its nearest parent. */
  nearest(path: Path): Node | null {
    let node = this.#root;
    for (const step of path) {
      const next =
        isSeq(node) && typeof step === "number" ? node.items[step] : this.#pairAt(node, step)?.value;
      if (!isNode(next)) return node;
      node = next;
    }
    return node;
  }

  keyOf(path: Path): Node | undefined {
    const last = path.at(-1);
    if (last === undefined) return undefined;
    const key = this.#pairAt(this.nearest(path.slice(0, -1)), last)?.key;
    return isNode(key) ? key : undefined;
  }

  #pairAt(node: Node | null, key: string | number): Pair | undefined {
    if (!isMap(node)) return undefined;
    let pairs = this.#pairs.get(node);
    if (pairs === undefined) {
      pairs = new Map(
        node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value ?? "") : "", pair]),
      );
      this.#pairs.set(node, pairs);
    }
    return pairs.get(String(key));
  }
}

/** `["hosts", 3, "tls"]` as `hosts[3].tls`. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
}

/** The value at a path of plain data, or undefined. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    data,
  );
}
