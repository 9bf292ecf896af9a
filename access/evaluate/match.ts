/** Compares one text of a request. */
export type Matcher = (text: string) => boolean;

/**
 * A list of values as Istio's policies write them: `*` is any text but none, `*x` ends and `x*` begins with x, all else
 * is x itself. A `*` elsewhere is a letter.
 */
export function anyOf(values: readonly string[], options: { readonly ignoreCase?: boolean } = {}): Matcher {
  const fold = options.ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text;
  const folded = values.map(fold);
  const exact = new Set(folded.filter(isExact));
  const patterns = folded.filter((value) => !isExact(value)).map(pattern);
  return (text) => {
    const own = fold(text);
    return exact.has(own) || patterns.some((matches) => matches(own));
  };
}

/** Whether a value of a policy stands for one text alone. */
export function isExact(value: string): boolean {
  return !value.startsWith("*") && !value.endsWith("*");
}

function pattern(value: string): Matcher {
  if (value === "*") return (text) => text !== "";
  if (value.startsWith("*")) return (text) => text.endsWith(value.slice(1));
  return (text) => text.startsWith(value.slice(0, -1));
}

/** Envoy's letters of a path's segment in a template, without `*`. */
const SEGMENT = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";

/** A list of paths: as {@link anyOf} has it, and templates, where `{*}` is a segment and `{**}` any number of them. */
export function anyPathOf(values: readonly string[]): Matcher {
  const isTemplate = (value: string) => value.includes("{*}") || value.includes("{**}");
  const plain = anyOf(values.filter((value) => !isTemplate(value)));
  const templates = values.filter(isTemplate).map((value) => {
    const source = value
      .split(/(\{\*\*?\})/)
      .map((part) =>
        part === "{*}" ? `[${SEGMENT}]+` : part === "{**}" ? `[${SEGMENT}/]*` : escapeRegex(part),
      );
    return new RegExp(`^${source.join("")}$`);
  });
  return (text) => plain(text) || templates.some((template) => template.test(text));
}

/** The text as a regular expression that stands for itself. */
export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** What a name falls under: itself, the wildcards over it from the nearest on, or `*`. */
export function nearest<T>(names: ReadonlyMap<string, T>, name: string): T | undefined {
  const own = names.get(name);
  if (own !== undefined) return own;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const found = names.get(`*${name.slice(dot)}`);
    if (found !== undefined) return found;
  }
  return names.get("*");
}

/**
 * The narrower of two patterns, or undefined where neither takes what the other stands for.
 *
 * @param takes compares as the patterns are meant
 * @param textOf a text that a pattern takes
 */
export function narrower(
  one: string,
  other: string,
  takes: (patterns: readonly string[]) => Matcher,
  textOf: (pattern: string) => string,
): string | undefined {
  if (takes([one])(textOf(other))) return other;
  return takes([other])(textOf(one)) ? one : undefined;
}
