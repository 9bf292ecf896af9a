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
  visit,
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
    uniqueKeys: true,
    prettyErrors: false,
    merge: false,
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    path: "",
    why: `YAML: ${error.message.split("\n")[0]}`,
    fix: error.code === "DUPLICATE_KEY" ? "keep one of the two" : "correct the YAML here",
  }));
  if (problems.length === 0) problems.push(...anchors(document.contents, at));
  const root = document.contents;
  const source: Source = {
    file,
    data: problems.length === 0 ? document.toJS() : undefined,
    positionOf: (path) => at(startOf(nearest(root, path))),
    positionOfKey: (path) => at(startOf(keyOf(root, path) ?? nearest(root, path))),
  };
  return { source, problems };
}

function anchors(root: Node | null, at: (offset: number) => Position): Problem[] {
  const found: Problem[] = [];
  visit(root, (_key, node) => {
    if (!isNode(node)) return;
    const anchor = isAlias(node)
      ? `*${node.source}`
      : node.anchor === undefined
        ? undefined
        : `&${node.anchor}`;
    if (anchor === undefined) return;
    found.push({
      ...at(startOf(node)),
      path: "",
      value: anchor,
      why: "anchors and aliases are not read: a reader must see each declaration where it stands",
      fix: "write the value out",
    });
  });
  return found;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

function pairAt(node: Node | null, key: string | number): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function nearest(root: Node | null, path: Path): Node | null {
  let node = root;
  for (const step of path) {
    const next = isSeq(node) && typeof step === "number" ? node.items[step] : pairAt(node, step)?.value;
    if (!isNode(next)) return node;
    node = next;
  }
  return node;
}

function keyOf(root: Node | null, path: Path): Node | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const key = pairAt(nearest(root, path.slice(0, -1)), last)?.key;
  return isNode(key) ? key : undefined;
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
