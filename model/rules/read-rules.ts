import { METHODS } from "node:http";
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Caller } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { FileAllowRule, FileDenyRule } from "../schema/access.ts";
import { type Path, problemAt, type ReportFault, type Source, valueAt } from "../source.ts";
import { callersMeet, formatCaller, remaining } from "./callers.ts";
import { endOf } from "./last-day.ts";
import { ruleOf } from "./make-rule.ts";
import { type Action, EVERYONE, isEveryone, type NamedValues, type Rule } from "./rule.ts";

/** A rule as written, checked on its own. */
export interface WrittenRule {
  readonly action: Action;
  /** Undefined where a part of it is at fault. */
  readonly rule: Rule | undefined;
  /** Of a file's rules: for hosts on these ports alone. */
  readonly ports: readonly number[] | undefined;
  readonly source: Source;
  /** Such as `["hosts", 3, "allow", 0]`, or `["deny", 0]` for a file's rule. */
  readonly path: Path;
}

/** A rule or an exemption whose last day is over: it is left out, and its owner has to hear of it. */
export interface Expired {
  readonly owner: string;
  readonly problem: Problem;
}

/** What is said of rules while they are read. */
export interface Notes {
  readonly problems: Problem[];
  readonly warnings: Problem[];
  readonly expired: Expired[];
}

/** What rules are read by. */
export interface RuleContext {
  /** The moment of reading: what is past its last day is left out. */
  readonly now: Date;
  /** Whether what is better not declared is an error. */
  readonly production: boolean;
  /** The names of the environment's issuers; undefined where those are at fault. */
  readonly issuers: readonly string[] | undefined;
  /** The names of its authorizers; likewise. */
  readonly authorizers: readonly string[] | undefined;
}

type AllowEntry = z.output<typeof FileAllowRule>;
type DenyEntry = z.output<typeof FileDenyRule>;

/** The rules of a host or a file as their schema gives them. */
export interface ParsedRules {
  readonly allow: readonly AllowEntry[];
  readonly deny: readonly DenyEntry[];
}

/** What a rule has for its callers once dates are settled. */
type Content = Pick<Rule, "from" | "except" | "monitored" | "audit">;

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
    contentOf: (entry: E, tell: Telling) => Content | "expired",
  ) =>
    entries.flatMap((entry, index): WrittenRule[] => {
      const path = [...base, action, index];
      if (entry === undefined || owner === undefined)
        return [{ action, rule: undefined, ports: undefined, source, path }];
      const tell = tellingOf({ source, path, owner, context, notes });
      const content = contentOf(entry, tell);
      if (content === "expired") return [];
      checkCallers(content, tell);
      checkIssuer(entry, context, tell);
      checkMethods(entry, tell);
      return [
        {
          action,
          rule: ruleOf(action, { owner, ...requestOf(entry), ...content }),
          ports: entry.ports,
          source,
          path,
        },
      ];
    });
  return [...read("allow", allow, allowContent), ...read("deny", deny, denyContent)];
}

/** How a rule's faults are told, each at a place below it. */
interface Telling {
  readonly fault: ReportFault;
  readonly warn: ReportFault;
  /** An error in production, a warning elsewhere. */
  readonly unwise: ReportFault;
  /** Says that something ends soon, or has ended; whether it has. */
  isOver(lastDay: string | undefined, path: Path, what: string): boolean;
  readonly now: Date;
}

function tellingOf({
  source,
  path: base,
  owner,
  context: { now, production },
  notes,
}: Pick<WrittenRule, "source" | "path"> & {
  readonly owner: string;
  readonly context: RuleContext;
  readonly notes: Notes;
}): Telling {
  const at = (path: Path, value: unknown, why: string, fix: string): Problem =>
    problemAt(source, [...base, ...path], value, why, fix);
  const into =
    (list: Problem[]): ReportFault =>
    (...what) => {
      list.push(at(...what));
    };
  const warn = into(notes.warnings);
  const fault = into(notes.problems);
  return {
    fault,
    warn,
    unwise: production ? fault : warn,
    now,
    isOver(lastDay, path, what) {
      if (lastDay === undefined) return false;
      const end = endOf(lastDay, now);
      if (end.is === "soon")
        warn(path, lastDay, `${what} ends ${end.when}`, "give it a later day, or get ready for its end");
      if (end.is === "over")
        notes.expired.push({
          owner,
          problem: at(
            path,
            lastDay,
            `${what} has ended and is left out`,
            "remove it, or give it a later day",
          ),
        });
      return end.is === "over";
    },
  };
}

function allowContent(entry: AllowEntry, tell: Telling): Content | "expired" {
  if (tell.isOver(entry.until, ["until"], "this rule")) return "expired";
  const from = listOf(entry.from).map(callerOf);
  if (from.some(isEveryone) && entry.confirmed === undefined)
    tell.unwise(
      ["from"],
      entry.from,
      "this is everyone in the mesh",
      "name who calls, or add confirmed: true",
    );
  if (entry.monitored === false) checkExemption(entry, from, tell);
  return {
    from,
    except: (entry.except ?? []).map(callerOf),
    monitored: entry.monitored ?? true,
    audit: false,
  };
}

/** What nobody is told of is to be little, and known: an exemption is by caller and host, whatever else the rule asks. */
function checkExemption(entry: AllowEntry, from: readonly Caller[], { unwise, warn }: Telling): void {
  if (entry.until === undefined)
    unwise(["monitored"], false, "an exemption from the log without an end", "add until: (its last day)");
  if (from.some(isEveryone))
    unwise(
      ["monitored"],
      false,
      "this exempts everyone: no call to the host is in a log or counted, refused ones included",
      "exempt the accounts that are meant, in a rule of their own",
    );
  const part = (["paths", "methods", "headers", "users"] as const).find((key) => entry[key] !== undefined);
  if (part !== undefined)
    warn(
      ["monitored"],
      false,
      `its callers are exempt for all that they do with the host, not for these ${part} alone: what they are refused is in no log either`,
      "remove it here, or give an account of its own to what may go unseen",
    );
}

function denyContent({ mode, until, from, except = [] }: DenyEntry, tell: Telling): Content {
  if (mode === "enforce" && until !== undefined)
    tell.fault(
      ["until"],
      until,
      "a refusal that ends by itself would open what it closes",
      "remove it; who is exempt stands in except, with until: of its own",
    );
  const exempt = except.filter(({ until }, index) => {
    const path = ["except", index];
    if (until === undefined)
      tell.unwise(path, except[index], "an exemption without an end", "add until: (its last day)");
    return !tell.isOver(until, [...path, "until"], "this exemption");
  });
  return {
    from: from === undefined ? [EVERYONE] : listOf(from).map(callerOf),
    except: exempt.map(callerOf),
    monitored: true,
    audit: mode === "audit" && isAudited(until, tell),
  };
}

/** Whether an audit still goes on; past its last day the rule is enforced. */
function isAudited(until: string | undefined, { unwise, warn, now }: Telling): boolean {
  if (until === undefined) {
    unwise(["mode"], "audit", "an audit without an end: it refuses nothing", "add until: (its last day)");
    return true;
  }
  const end = endOf(until, now);
  if (end.is === "soon")
    warn(
      ["until"],
      until,
      `this audit ends ${end.when}: then the rule is enforced`,
      "look at what it would refuse",
    );
  if (end.is === "over")
    warn(["until"], until, "this audit is over: the rule is enforced", "remove mode and until");
  return end.is !== "over";
}

function checkCallers({ from, except }: Content, { fault }: Telling): void {
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

function listAt({ data }: Source, path: Path): readonly unknown[] {
  const value = valueAt(data, path);
  return Array.isArray(value) ? value : [];
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function callerOf(from: { readonly namespace: string } | { readonly serviceAccount: string }): Caller {
  if ("namespace" in from) return { namespace: from.namespace };
  const [namespace = "", account = ""] = from.serviceAccount.split("/");
  return { namespace, account };
}
