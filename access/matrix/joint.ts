/** One place of a pattern: a letter, one of any, or any number of them. */
interface Place {
  /** Absent: any; of a path's segment alone where `inSegment`. */
  readonly letter?: string;
  readonly inSegment: boolean;
  readonly repeats: boolean;
}

/** What stands for a letter that neither pattern names. */
const OTHER = "~";

/**
 * The shortest text that two patterns of Istio's policies both take, templates of paths included; undefined where there
 * is none.
 *
 * @example
 * jointText("/api/*", "*.json"); // "/api/.json"
 * jointText("/a/{*}", "/b/*"); // undefined
 */
export function jointText(one: string, other: string): string | undefined {
  const [left, right] = [placesOf(one), placesOf(other)];
  const seen = new Set<number>();
  let reached = [{ i: 0, j: 0, text: "" }];
  // Letter by letter, so that the shortest comes first; each pair of places is looked at once.
  while (reached.length > 0) {
    const next: typeof reached = [];
    for (let state = reached.pop(); state !== undefined; state = reached.pop()) {
      const { i, j, text } = state;
      const pair = i * (right.length + 1) + j;
      if (seen.has(pair)) continue;
      seen.add(pair);
      const [a, b] = [left[i], right[j]];
      if (a === undefined && b === undefined) return text;
      if (a?.repeats) reached.push({ i: i + 1, j, text });
      if (b?.repeats) reached.push({ i, j: j + 1, text });
      if (a === undefined || b === undefined) continue;
      const letter = a.letter ?? b.letter ?? OTHER;
      if (takes(a, letter) && takes(b, letter))
        next.push({ i: a.repeats ? i : i + 1, j: b.repeats ? j : j + 1, text: text + letter });
    }
    reached = next;
  }
  return undefined;
}

function takes({ letter, inSegment }: Place, asked: string): boolean {
  return letter === undefined ? !(inSegment && asked === "/") : letter === asked;
}

function placesOf(pattern: string): Place[] {
  if (pattern === "*") return [anyOne(false), anyMore(false)];
  const stars = /\{\*\*?\}/.test(pattern) ? /(\{\*\*?\})/ : /(^\*|\*$)/;
  return pattern.split(stars).flatMap((part, index) => {
    if (index % 2 === 0) return [...part].map((letter) => ({ letter, inSegment: false, repeats: false }));
    return part === "{*}" ? [anyOne(true), anyMore(true)] : [anyMore(false)];
  });
}

function anyOne(inSegment: boolean): Place {
  return { inSegment, repeats: false };
}

function anyMore(inSegment: boolean): Place {
  return { inSegment, repeats: true };
}
