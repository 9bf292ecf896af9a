import { closest, distance } from "fastest-levenshtein";
import type { Caller } from "../environment.ts";
import { FileAllowRule, FileDenyRule } from "../schema/access.ts";
import { listAt, type Path, type Source } from "../source.ts";
import { callersMeet, formatCaller, remaining } from "./callers.ts";
import { endOf } from "./last-day.ts";
import { ruleOf } from "./make-rule.ts";
import type { Notes, RuleContext } from "./notes.ts";
import type { Action, NamedValues, Rule } from "./rule.ts";
import {
  type AllowEntry,
  allowContent,
  type Content,
  type DenyEntry,
  denyContent,
  type Telling,
  tellingOf,
} from "./settle.ts";

/** A rule as written, checked on its own. */
export interface WrittenRule {
  readonly action: Action;
  /** Undefined where a part of it is at fault, and where it is over. */
  readonly rule: Rule | undefined;
  /** Whether it is past its last day: it is left out. */
  readonly isOver: boolean;
  /** Whom it left out until a day that is over. */
  readonly ended: readonly Caller[];
  /** The last days that are still to come: its own, and those of exemptions from it. */
  readonly lastDays: readonly string[];
  /** Of a file's rules: for hosts on these ports alone. */
  readonly ports: readonly number[] | undefined;
  readonly source: Source;
  /** Such as `["hosts", 3, "allow", 0]`, or `["deny", 0]` for a file's rule. */
  readonly path: Path;
  /** What it is at another moment; of one moment the same object each time. */
  asOf(moment: Date): WrittenRule;
}

/** The rules of a host or a file as their schema gives them. */
export interface ParsedRules {
  readonly allow: readonly AllowEntry[];
  readonly deny: readonly DenyEntry[];
}

/**
 * Reads the `allow` and `deny` of a host or a file. What their schemas complain of is told elsewhere.
 *
 * @param base the path of the host; the empty one for a file
 * @param parsed what the schema made of them, where it has no complaint
 * @param owner undefined where the file's is at fault
 */
export function readRules(
  source: Source,
  base: Path,
  owner: string | undefined,
  parsed: ParsedRules | undefined,
  context: RuleContext,
  notes: Notes,
): WrittenRule[] {
  const { allow, deny } = parsed ?? {
    allow: listAt(source, [...base, "allow"]).map((entry) => FileAllowRule.safeParse(entry).data),
    deny: listAt(source, [...base, "deny"]).map((entry) => FileDenyRule.safeParse(entry).data),
  };
  const read = <E extends AllowEntry | DenyEntry>(
    action: Action,
    entries: readonly (E | undefined)[],
    contentOf: (entry: E, tell: Telling) => Content,
  ) =>
    entries.map((entry, index): WrittenRule => {
      const path = [...base, action, index];
      const none = { action, rule: undefined, isOver: false, ended: [], lastDays: [], source, path };
      if (entry === undefined || owner === undefined) return constant({ ...none, ports: undefined });
      const at = (context: RuleContext, notes: Notes): Dated => {
        const tell = tellingOf({ source, path, owner, context, notes });
        const { ended, isOver, ...content } = contentOf(entry, tell);
        const dated = { ...none, ports: entry.ports, ended, isOver, lastDays: toCome(entry, context.now) };
        if (isOver) return dated;
        checkCallers(content, tell);
        checkIssuer(entry, context, tell);
        checkMethods(entry, tell);
        return { ...dated, rule: ruleOf(action, { owner, ...requestOf(entry), ...content }) };
      };
      const now = at(context, notes);
      if (lastDaysOf(entry).length === 0) return constant(now);
      const moments = new Map<number, WrittenRule>();
      const asOf = (moment: Date): WrittenRule => {
        const rule = moments.get(moment.getTime()) ?? {
          ...at({ ...context, now: moment }, { problems: [], warnings: [], expired: [] }),
          asOf,
        };
        moments.set(moment.getTime(), rule);
        return rule;
      };
      return { ...now, asOf };
    });
  return [...read("allow", allow, allowContent), ...read("deny", deny, denyContent)];
}

type Dated = Omit<WrittenRule, "asOf">;

/** A rule that is the same whatever the day. */
function constant(dated: Dated): WrittenRule {
  const rule: WrittenRule = { ...dated, asOf: () => rule };
  return rule;
}

function lastDaysOf(entry: AllowEntry | DenyEntry): string[] {
  return [entry, ...(entry.except ?? [])].flatMap((one) => ("until" in one ? (one.until ?? []) : []));
}

function toCome(entry: AllowEntry | DenyEntry, now: Date): string[] {
  return lastDaysOf(entry).filter((day) => endOf(day, now).is !== "over");
}

function checkCallers({ from, except }: Pick<Content, "from" | "except">, { fault }: Telling): void {
  if (remaining({ from, except }).from.length === 0)
    fault(
      ["except"],
      except.map(formatCaller),
      "nobody is left, so that this can never match",
      "remove the rule, or except fewer",
    );
  else
    except.forEach((caller) => {
      if (!from.some((other) => callersMeet(caller, other)))
        fault(["except"], formatCaller(caller), "from does not name it in the first place", "remove it here");
    });
}

function checkIssuer({ users }: AllowEntry | DenyEntry, { issuers }: RuleContext, { fault }: Telling): void {
  if (users === undefined || issuers === undefined || issuers.includes(users.issuer)) return;
  fault(
    ["users", "issuer"],
    users.issuer,
    "the environment has no issuer of this name",
    knownNames("issuers", issuers),
  );
}

/** Methods may be anybody's own, but most that nobody knows are slips. */
function checkMethods({ methods = [] }: AllowEntry | DenyEntry, { warn }: Telling): void {
  methods.forEach((method, index) => {
    // Not imported: that would load a whole client for fetch with it.
    const { METHODS } = process.getBuiltinModule("node:http");
    if (METHODS.includes(method)) return;
    const best = closest(method, METHODS);
    const fix = distance(method, best) <= 2 ? `did you mean ${best}?` : "check its spelling";
    warn(["methods", index], method, "no HTTP method that is known", fix);
  });
}

/** What to write for a name that nobody declared. */
export function knownNames(key: string, names: readonly string[]): string {
  return names.length === 0
    ? `declare it under ${key}: of the environment file`
    : `write one of ${names.join(", ")}`;
}

function requestOf({ paths = [], methods = [], headers = {}, users }: AllowEntry | DenyEntry) {
  return {
    paths,
    methods,
    headers: namedValues(headers),
    ...(users === undefined ? {} : { users: { issuer: users.issuer, claims: namedValues(users.claims) } }),
  };
}

function namedValues(map: Readonly<Record<string, readonly string[]>>): NamedValues[] {
  return Object.entries(map).map(([name, values]) => ({ name, values }));
}
