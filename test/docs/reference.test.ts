import { readFileSync } from "node:fs";
import { marked, type Token, type Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonSchema } from "../../model/index.ts";
import { blocksOf } from "./documents.ts";

const PAGE = "docs/reference.md";

/** What of a JSON Schema this test reads. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly const?: string | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** A key of the schema by its path, such as `nodes{provider: existing}.names`. */
interface Key {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** A row of one of the page's tables. */
interface Row {
  readonly path: string;
  readonly shape: string;
  readonly default: string;
}

const ALL = {
  environment: keysOf(jsonSchema("environment") as Schema),
  catalog: keysOf(jsonSchema("catalog") as Schema),
};
/** A file's rules are a host's, and have ports beside. */
const isInFileRule = ({ path }: Key) => /^(allow|deny)\[\]\.(?!ports$)/.test(path);
const FILES = {
  environment: ALL.environment.filter((key) => !isInFileRule(key)),
  catalog: ALL.catalog.filter((key) => !isInFileRule(key)),
};
const { rows, longDefaults } = readPage();

describe("the reference", () => {
  const inHost = ({ path }: { readonly path: string }) => path.startsWith("hosts[]");

  it("has tables", () => {
    expect(rows.environment.length).toBeGreaterThan(50);
    expect(rows.catalog.length).toBeGreaterThan(2);
  });

  it("describes hosts once, as those of both files are the same", () => {
    expect(FILES.catalog.filter(inHost)).toEqual(FILES.environment.filter(inHost));
  });

  it("describes rules once, as those of a file are a host's", () => {
    const ofHosts = ALL.environment.filter(({ path }) => /^hosts\[\]\.(allow|deny)\[\]\./.test(path));
    expect(ofHosts.length).toBeGreaterThan(20);
    for (const keys of [ALL.environment, ALL.catalog])
      expect(keys.filter(isInFileRule).map((key) => ({ ...key, path: `hosts[].${key.path}` }))).toEqual(
        ofHosts,
      );
  });

  describe.each(["environment", "catalog"] as const)("%s", (file) => {
    const keys = file === "environment" ? FILES.environment : FILES.catalog.filter((key) => !inHost(key));

    it("names every key", () => {
      // A map whose keys are all named needs no row of its own.
      const needed = keys.filter(({ path }) => !keys.some((other) => other.path.startsWith(`${path}.`)));
      const named = rows[file].map(({ path }) => path);
      expect(needed.map(({ path }) => path).filter((path) => !named.includes(path))).toEqual([]);
    });

    it("names no key twice, and none that is not there", () => {
      const known = keys.map(({ path }) => path);
      const named = rows[file].map(({ path }) => path);
      expect(named.filter((path, index) => !known.includes(path) || named.indexOf(path) !== index)).toEqual(
        [],
      );
    });

    const described = rows[file].flatMap((row) =>
      keys.filter(({ path }) => path === row.path).map((key) => [row.path, row, key] as const),
    );

    it.each(described)("tells the default of %s", (path, row, { required, schema }) => {
      const text = row.default === "below" ? longDefaults.get(path) : /^`([^`]+)`$/.exec(row.default)?.[1];
      expect(row.default === "required").toBe(required);
      expect(text === undefined ? undefined : parse(text)).toEqual(schema.default);
    });

    it.each(described)("tells the words and bounds of %s", (_, row, { schema }) => {
      for (const word of schema.enum ?? [schema.const ?? ""]) expect(row.shape).toContain(String(word));
      const { minimum, maximum } = schema.type === "array" ? (schema.items ?? {}) : schema;
      if (minimum !== undefined) expect(row.shape).toContain(`${minimum} to ${maximum}`);
    });
  });

  it("has every key in an example", () => {
    const examples = blocksOf("yaml").filter(([, { document }]) => /reference|declaring/.test(document));
    const used = new Set(examples.flatMap(([, { text }]) => pathsIn(parse(text))));
    const keys = [...FILES.environment, ...FILES.catalog].map(({ path }) => path.replaceAll(/\{.*?\}/g, ""));
    expect(keys.filter((path) => !used.has(path))).toEqual([]);
  });
});

/** Every key below a schema, each path once; one that only some forms of a map have is not required. */
function keysOf(schema: Schema, path = ""): Key[] {
  const forms = schema.oneOf ?? schema.anyOf;
  if (forms !== undefined) {
    const found = forms.flatMap((form) => keysOf(form, `${path}${formOf(form)}`));
    return found
      .filter((key, index) => found.findIndex((other) => other.path === key.path) === index)
      .map((key) => ({ ...key, required: key.required && inEveryForm(key, found, forms.length) }));
  }
  // Callers are one, or a list of what one is.
  if (schema.items !== undefined) return keysOf(schema.items, path.endsWith(".from") ? path : `${path}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [
      { path: at, schema: inner, required: schema.required?.includes(name) ?? false },
      ...keysOf(inner, at),
    ];
  });
}

function inEveryForm({ path }: Key, found: readonly Key[], forms: number): boolean {
  return path.includes("}") || found.filter((other) => other.path === path).length === forms;
}

/** Such as `{provider: existing}`, for a form that one of its own words tells from the others. */
function formOf({ properties }: Schema): string {
  const [word] = Object.entries(properties ?? {}).filter(([, { const: value }]) => value !== undefined);
  return word === undefined ? "" : `{${word[0]}: ${word[1].const}}`;
}

/**
 * The rows of the page's tables, and the defaults that stand below a table. A heading's code says which map its table
 * is of: `gateways[]`, or `nodes` with `provider: existing`.
 */
function readPage(): {
  rows: Record<"environment" | "catalog", Row[]>;
  longDefaults: Map<string, string>;
} {
  const rows: Record<"environment" | "catalog", Row[]> = { environment: [], catalog: [] };
  const longDefaults = new Map<string, string>();
  let root = "";
  let file: "environment" | "catalog" = "environment";
  const below = (key: string) => (root === "" ? key : `${root}.${key}`);
  for (const token of marked.lexer(readFileSync(PAGE, "utf8")) as Token[]) {
    if (token.type === "heading") {
      const [map = "", form] = codeIn(token.text);
      root = form === undefined ? map : `${map}{${form}}`;
      file = /catalog/.test(token.text) ? "catalog" : "environment";
    }
    if (token.type === "table")
      for (const [key, shape, initial] of (token as Tokens.Table).rows)
        rows[file].push({
          path: below(codeIn(key?.text ?? "")[0] ?? ""),
          shape: shape?.text ?? "",
          default: initial?.text ?? "",
        });
    if (token.type === "list")
      for (const { text } of (token as Tokens.List).items) {
        const { key = "", value = "" } =
          /^`(?<key>\S+)` by default: `(?<value>[^`]+)`$/.exec(text)?.groups ?? {};
        if (key !== "") longDefaults.set(below(key), value);
      }
  }
  return { rows, longDefaults };
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

/** Every path in data, as the schema's are written. */
function pathsIn(value: unknown, path = ""): string[] {
  if (Array.isArray(value))
    return [path, ...value.flatMap((entry) => pathsIn(entry, path.endsWith(".from") ? path : `${path}[]`))];
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, entry]) =>
    pathsIn(entry, path === "" ? key : `${path}.${key}`),
  );
  return [path, ...inner];
}
