import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, type YAMLMap } from "yaml";
import { type Position, type Problem, show } from "./problem.ts";
import { documentFaults, LIMITS } from "./read/document-faults.ts";
import { parseYaml } from "./read/parse-yaml.ts";

/** Larger files are refused unread: 10,000 hosts take about 1.5 MB. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

export type Path = readonly (string | number)[];

/** Notes what is wrong with the value at a path, why, and how to mend it. */
export type ReportFault = (path: Path, value: unknown, why: string, fix: string) => void;

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
  const parsed = parseYaml(text, lines, LIMITS);
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = documentFaults(parsed).map(
    ({ offset, ...fault }): Problem => ({ ...at(offset), path: "", ...fault }),
  );
  const document = "document" in parsed ? parsed.document : undefined;
  const root = document?.contents ?? null;
  const source: Source = {
    file,
    data: problems.length === 0 ? document?.toJS() : undefined,
    positionOf: (path) => at(startOf(nearest(root, path))),
    positionOfKey: (path) => at(startOf(keyOf(root, path) ?? nearest(root, path))),
  };
  return { source, problems };
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** Each map's pairs by key, made when a position in it is first asked for. */
const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

function pairAt(node: Node | null, key: string | number): Pair | undefined {
  if (!isMap(node)) return undefined;
  const index =
    indexes.get(node) ??
    new Map(node.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
  indexes.set(node, index);
  return index.get(String(key));
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

/** `["hosts", 3, "tls"]` as `hosts[3].tls`; a key that is no plain word in quotes, cut where it is long. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[\w-]{1,64}$/.test(step)) return `${text}[${show(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
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

/** The entries of a list at a path; none where there is no list. */
export function listAt({ data }: Source, path: Path): readonly unknown[] {
  const value = valueAt(data, path);
  return Array.isArray(value) ? value : [];
}

/** A problem at a path of a file, without a value where there is none. */
export function problemAt(source: Source, path: Path, value: unknown, why: string, fix: string): Problem {
  const shown = value === undefined ? {} : { value: show(value) };
  return { ...source.positionOf(path), path: formatPath(path), ...shown, why, fix };
}
