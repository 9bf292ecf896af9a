import { type Document, isNode, LineCounter } from "yaml";
import { z } from "zod";
import { type Position, type Problem, show } from "../../model/problem.ts";
import { LIMITS, tooMuch } from "../../model/read/document-faults.ts";
import { parseStream } from "../../model/read/parse-yaml.ts";
import { formatPath, type Path } from "../../model/source.ts";
import { isFields, type Json, type Manifest } from "../../plan/manifest.ts";

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

/** The name that a text gives itself as an environment, as far as its outermost keys can be told unparsed. */
export function environmentName(text: string): string | undefined {
  if (looksLikeManifests(text)) return undefined;
  const key = /["']?environment["']?[ \t]*:[ \t]*["']?(?<name>[\w-]*)/;
  const isFlow = /^\s*\{/.test(text);
  return (isFlow ? key : new RegExp(`^${key.source}`, "m")).exec(text)?.groups?.name;
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
      const read = readManifest(value);
      if ("manifest" in read) objects.push({ ...read, at: at(startOf(document, path)) });
      for (const { path: inside, ...fault } of "faults" in read ? read.faults : []) {
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

const Text = z.string().min(1);
const Texts = z.record(z.string(), z.string()).exactOptional();
/** What tells an object from others. */
const Head = z.object({
  apiVersion: Text,
  kind: Text,
  metadata: z.object({ name: Text, namespace: Text.exactOptional(), labels: Texts, annotations: Texts }),
});

const EXAMPLES: Readonly<Record<string, string>> = {
  apiVersion: "v1",
  kind: "Service",
  name: "egress",
  namespace: "egress",
};

/** A value as an object of Kubernetes, or what keeps it from being one. */
function readManifest(value: Json): { readonly manifest: Manifest } | { readonly faults: readonly Fault[] } {
  if (!isFields(value)) {
    const fix = "write apiVersion, kind and metadata";
    return { faults: [{ path: [], value: show(value), why: "an object of Kubernetes is a map", fix }] };
  }
  // Nothing behind a key is null, which the API server takes for no such key.
  const metadata = Object.fromEntries(
    Object.entries(isFields(value.metadata) ? value.metadata : {}).filter(([, field]) => field !== null),
  );
  const { success, data, error } = Head.safeParse({ ...value, metadata });
  if (success) return { manifest: { ...value, ...data, metadata: { ...metadata, ...data.metadata } } };
  // Of labels and annotations the map as a whole is told.
  const paths = error.issues.map(({ path }) => path.slice(0, 2).map(String));
  const places = new Map(paths.map((path) => [formatPath(path), path]));
  return { faults: [...places.values()].map((path) => faultAt(path, { ...value, metadata })) };
}

function faultAt(path: readonly string[], value: Json): Fault {
  const found = path.reduce<Json | undefined>((at, key) => (isFields(at) ? at[key] : undefined), value);
  const shown = found === undefined ? {} : { value: show(found) };
  const key = path.at(-1) ?? "";
  const example = EXAMPLES[key];
  return example === undefined
    ? { path, ...shown, why: "each of these is a text", fix: "put its value in quotes" }
    : {
        path,
        ...shown,
        why: `an object of Kubernetes has a text as ${formatPath(path)}`,
        fix: `write one, such as ${key}: ${example}`,
      };
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
