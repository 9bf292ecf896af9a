import { type Document, isNode, LineCounter } from "yaml";
import { LIMITS, tooMuch } from "../model/document-faults.ts";
import { parseStream } from "../model/parse-yaml.ts";
import { type Position, type Problem, show } from "../model/problem.ts";
import { formatPath, type Path } from "../model/source.ts";
import { isFields, type Json, type Manifest } from "../plan/manifest.ts";

/** The manifests of a text with their places, and what is none. */
export interface ReadManifests {
  readonly objects: readonly { readonly manifest: Manifest; readonly at: Position }[];
  readonly problems: readonly Problem[];
}

/** Whether a text has objects of Kubernetes rather than a declaration: its outermost keys tell. */
export function looksLikeManifests(text: string): boolean {
  const isFlow = /^\s*[[{]/.test(text);
  return (isFlow ? /["']?(?:apiVersion|kind)["']?\s*:/ : /^["']?(?:apiVersion|kind)["']?\s*:/m).test(text);
}

/**
 * Reads manifests of a stream of YAML documents or of JSON; a List stands for what it holds. What is inside an object
 * beside its head is the API server's to check.
 *
 * @param file as problems name it
 * @example
 * readManifests("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: egress }\n").objects.length; // 1
 */
export function readManifests(file: string, text: string): ReadManifests {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parsed = parseStream(text, lines, LIMITS, { uniqueKeys: true, merge: true });
  if (!("documents" in parsed)) {
    const { offset, ...fault } = tooMuch(parsed);
    return { objects: [], problems: [{ ...at(offset), path: "", ...fault }] };
  }
  const objects: { manifest: Manifest; at: Position }[] = [];
  const problems: Problem[] = [];
  for (const document of parsed.documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      const why = `YAML: ${error.message.split("\n")[0]}`;
      problems.push({ ...at(error.pos[0]), path: "", why, fix: "correct the YAML here" });
      continue;
    }
    for (const { path, value } of objectsIn(document)) {
      const found = faultsOf(value);
      if (isManifest(value, found)) objects.push({ manifest: value, at: at(startOf(document, path)) });
      for (const { path: inside, ...fault } of found) {
        const whole = [...path, ...inside];
        problems.push({ ...at(startOf(document, whole)), path: formatPath(whole), ...fault });
      }
    }
  }
  return { objects, problems };
}

/** Aliases of aliases make a huge value out of a small text. */
const MAX_ALIASES = 1000;

/** What a document holds: nothing, an object, or those of a List. */
function objectsIn(document: Document.Parsed): { readonly path: Path; readonly value: Json }[] {
  const data = document.toJS({ maxAliasCount: MAX_ALIASES }) as Json;
  if (data === null) return [];
  if (!isFields(data) || !String(data.kind).endsWith("List") || !isList(data.items))
    return [{ path: [], value: data }];
  return data.items.map((value, index) => ({ path: ["items", index], value }));
}

interface Fault {
  readonly path: Path;
  readonly value?: string;
  readonly why: string;
  readonly fix: string;
}

/** What keeps a value from being an object of Kubernetes: all that tells it from others has to be there. */
function faultsOf(value: Json): Fault[] {
  if (!isFields(value))
    return [
      {
        path: [],
        value: show(value),
        why: "an object of Kubernetes is a map",
        fix: "write apiVersion, kind and metadata",
      },
    ];
  const metadata = isFields(value.metadata) ? value.metadata : {};
  return [
    ...textFault(["apiVersion"], value.apiVersion, "v1"),
    ...textFault(["kind"], value.kind, "Service"),
    ...textFault(["metadata", "name"], metadata.name, "egress"),
    ...(metadata.namespace === undefined
      ? []
      : textFault(["metadata", "namespace"], metadata.namespace, "egress")),
    ...["labels", "annotations"].flatMap((key) => textsFault(["metadata", key], metadata[key])),
  ];
}

function textFault(path: Path, value: Json | undefined, example: string): Fault[] {
  if (typeof value === "string" && value !== "") return [];
  const shown = value === undefined ? {} : { value: show(value) };
  const why = `an object of Kubernetes has a text as ${formatPath(path)}`;
  return [{ path, ...shown, why, fix: `write one, such as ${path.at(-1)}: ${example}` }];
}

function textsFault(path: Path, value: Json | undefined): Fault[] {
  if (value === undefined || value === null) return [];
  if (isFields(value) && Object.values(value).every((one) => typeof one === "string")) return [];
  return [{ path, value: show(value), why: "each of these is a text", fix: "put its value in quotes" }];
}

function isManifest(_value: Json, faults: readonly Fault[]): _value is Manifest {
  return faults.length === 0;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Where the value at a path stands, or the nearest that it is in. */
function startOf(document: Document.Parsed, path: Path): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? document.range[0] : startOf(document, path.slice(0, -1));
}
