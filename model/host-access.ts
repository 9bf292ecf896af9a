import { callersMeet, formatCaller, isWithin, meetingAny, remaining } from "./callers.ts";
import type { Caller } from "./environment.ts";
import type { WrittenHost } from "./hosts.ts";
import { formOf, slipsPast } from "./paths.ts";
import type { Problem } from "./problem.ts";
import { PROTOCOLS } from "./protocols.ts";
import { knownNames, type Notes, type RuleContext, type WrittenRule } from "./read-rules.ts";
import { isEveryone, looksAtRequests, type Rule } from "./rule.ts";
import { coversRule } from "./rule-cover.ts";
import { rulesAround } from "./rule-index.ts";
import { type Path, problemAt, type ReportFault, valueAt } from "./source.ts";

/** A rule without a fault. */
export interface SoundRule extends WrittenRule {
  readonly rule: Rule;
}

/** A host and the rules that hold for it: its own, its file's and the environment's. */
interface Subject {
  readonly host: WrittenHost;
  readonly allow: readonly SoundRule[];
  readonly deny: readonly SoundRule[];
}

/** Rules of which something was said already: a file's hold for many hosts, and are told of once. */
export type Told = Set<string>;

/** The rules that hold for a host, by its port. */
export function rulesFor({ rules, port }: WrittenHost): readonly WrittenRule[] {
  return rules.filter(({ ports }) => port === undefined || ports === undefined || ports.includes(port));
}

function soundRules(host: WrittenHost): SoundRule[] {
  return rulesFor(host).filter((rule): rule is SoundRule => rule.rule !== undefined);
}

/** Whether a rule stands at the host itself, and not at the head of a file. */
function isOwn(host: WrittenHost, { source, path }: WrittenRule): boolean {
  return source === host.source && path.length > host.path.length;
}

/** Rules at the head of a file that no host has a use for. */
export function unusedRules(rules: readonly WrittenRule[], hosts: readonly WrittenHost[]): Problem[] {
  const used = new Set(hosts.flatMap(rulesFor));
  return rules
    .filter((rule) => !used.has(rule))
    .map(({ source, path }) =>
      problemAt(source, path, undefined, "it holds for no host", "correct its ports:, or remove it"),
    );
}

/** What can't be, and what is better not, between a host and its rules and among these. */
export function checkAccess(
  host: WrittenHost,
  wildcards: readonly WrittenHost[],
  context: RuleContext,
  notes: Notes,
  told: Told,
): void {
  const sound = soundRules(host);
  const subject: Subject = {
    host,
    allow: sound.filter(({ action }) => action === "allow"),
    deny: sound.filter(({ action }) => action === "deny"),
  };
  const once =
    (kind: string, list: Problem[], { source, path }: WrittenRule): ReportFault =>
    (below, value, why, fix) => {
      const problem = problemAt(source, [...path, ...below], value, why, fix);
      const key = `${kind} ${problem.file} ${problem.path}`;
      if (told.has(key)) return;
      told.add(key);
      list.push(problem);
    };
  checkProtocol(subject, context, notes, (rule) => once("protocol", notes.problems, rule));
  checkNotFound(subject, notes);
  const open = subject.allow.filter(({ rule }) => isOpen(rule));
  for (const rule of subject.deny) {
    const list = rule.rule.audit ? notes.warnings : notes.problems;
    checkSlips(host, open, rule, once("slips", list, rule));
  }
  const denied = subject.deny.filter((rule) => isOwn(host, rule));
  if (denied.length > 0) {
    const mayCall = callersIn([host, ...wildcards]);
    for (const rule of denied) checkDenied(host, mayCall, rule, once("denied", notes.warnings, rule));
  }
  checkShadowed(subject, notes.warnings);
}

/** Only HTTP shows requests; of TLS and TCP a gateway sees who calls what. */
function checkProtocol(
  { host, allow, deny }: Subject,
  { authorizers }: RuleContext,
  { problems }: Notes,
  tellRule: (rule: WrittenRule) => ReportFault,
): void {
  const { mode, source, path, authorizer } = host;
  const fault = (key: string, value: unknown, why: string, fix: string) => {
    problems.push(problemAt(source, [...path, key], value, why, fix));
  };
  if (authorizer !== undefined && authorizers?.includes(authorizer) === false)
    fault(
      "authorizer",
      authorizer,
      "the environment has no authorizer of this name",
      knownNames("authorizers", authorizers),
    );
  if (mode === undefined || PROTOCOLS[mode] === "http") return;
  const why = `with tls: ${mode} the gateway sees no requests, only who calls`;
  for (const key of ["refuse", "authorizer"])
    if (valueAt(source.data, [...path, key]) !== undefined)
      fault(key, host[key as "refuse"], why, "remove it");
  for (const rule of [...allow, ...deny])
    if (looksAtRequests(rule.rule)) {
      const own = isOwn(host, rule);
      const fix = own
        ? "remove it, or declare the host with tls: originate"
        : "add ports: (those of the HTTP hosts)";
      tellRule(rule)(
        requestPath(rule.rule),
        undefined,
        own ? why : `it holds for ${host.host}:${host.port}, and ${why}`,
        fix,
      );
    }
}

function requestPath({ paths, methods, headers }: Rule): Path {
  if (paths.length > 0) return ["paths"];
  if (methods.length > 0) return ["methods"];
  return [headers.length > 0 ? "headers" : "users"];
}

/** «Not found» is told by the route, which does not know who calls. */
function checkNotFound({ host, allow }: Subject, { problems }: Notes): void {
  if (host.refuse !== "not-found") return;
  const fault = (why: string, fix: string) => {
    problems.push(problemAt(host.source, [...host.path, "refuse"], host.refuse, why, fix));
  };
  const identities = new Set(
    allow.map(({ rule: { from, except, users } }) => JSON.stringify([from, except, users])),
  );
  if (identities.size > 1)
    fault(
      "the answer 404 can't tell callers apart, and these rules differ in who may call",
      "give all the same from, except and users, or write refuse: forbidden",
    );
  else if (
    allow.length > 0 &&
    !allow.every(
      ({ rule: { paths, methods, headers } }) => paths.length + methods.length + headers.length > 0,
    )
  )
    fault(
      "there is nothing that could be not found: every path is allowed",
      "add paths: to the rules, or remove it",
    );
}

/** Whether a rule allows a path in more than one way to write it. */
function isOpen({ paths }: Rule): boolean {
  return paths.length === 0 || paths.some((path) => formOf(path) !== "exact");
}

/** A path in other letters' case, or with ;params, is another path to the gateway, and may be the same to the host. */
function checkSlips(
  host: WrittenHost,
  open: readonly SoundRule[],
  { rule: denied }: SoundRule,
  fault: ReportFault,
): void {
  if (denied.paths.length === 0) return;
  for (const { rule } of open) {
    if (!concerns(denied, rule)) continue;
    const slipping = denied.paths.find(
      (path) => rule.paths.length === 0 || rule.paths.some((open) => slipsPast(open, path)),
    );
    if (slipping === undefined) continue;
    fault(
      ["paths"],
      slipping,
      `${host.host} may take ${slipping.toUpperCase()} or ${slipping.replace(/\/?\*$/, "")};x for the same, which this does not refuse`,
      "let the rules that allow name the paths that may be called, none of them this one",
    );
    return;
  }
}

/** Whether a rule that denies is about somebody whom one that allows lets in. */
function concerns(denied: Rule, allowed: Rule): boolean {
  return remaining(allowed).from.some(
    (caller) =>
      denied.from.some((other) => callersMeet(caller, other)) &&
      !denied.except.some((other) => isWithin(caller, other)),
  );
}

/** Whether a rule of any of these hosts lets a caller in. */
function callersIn(hosts: readonly WrittenHost[]): (caller: Caller) => boolean {
  const allowing = hosts.flatMap(soundRules).filter(({ action }) => action === "allow");
  return meetingAny(allowing.flatMap(({ rule }) => remaining(rule).from));
}

/** Namespaces and accounts that no rule lets in: a refusal of them, or an exemption for them, has no effect. */
function checkDenied(
  host: WrittenHost,
  mayCall: (caller: Caller) => boolean,
  { rule }: SoundRule,
  warn: ReportFault,
): void {
  for (const [key, list] of [
    ["from", rule.from],
    ["except", rule.except],
  ] as const)
    for (const caller of list)
      if (!isEveryone(caller) && !mayCall(caller))
        warn(
          [key],
          formatCaller(caller),
          `nothing lets it call ${host.host}:${host.port} anyway`,
          "check the name, or remove it",
        );
}

/** Rules of a host that change nothing beside another. */
function checkShadowed({ host, allow, deny }: Subject, warnings: Problem[]): void {
  const place = ({ source, path }: WrittenRule) => {
    const { file, line, column } = source.positionOf(path);
    return `${file}:${line}:${column}`;
  };
  const [allowing, denying] = [rulesAround(allow), rulesAround(deny)];
  for (const [list, around] of [
    [allow, allowing],
    [deny, denying],
  ] as const) {
    // Of two rules that cover each other the first stays.
    const before = new Set<SoundRule>();
    for (const narrow of list) {
      before.add(narrow);
      if (!isOwn(host, narrow)) continue;
      const refusing =
        narrow.action === "allow"
          ? denying(narrow.rule).find(({ rule }) => !rule.audit && coversRule(rule, narrow.rule))
          : undefined;
      const wide = around(narrow.rule).find(
        (other) =>
          other !== narrow &&
          other.rule.monitored === narrow.rule.monitored &&
          (!other.rule.audit || narrow.rule.audit) &&
          coversRule(other.rule, narrow.rule) &&
          (before.has(other) || !coversRule(narrow.rule, other.rule)),
      );
      const say = (why: string) =>
        warnings.push(problemAt(narrow.source, narrow.path, undefined, why, "remove it, or make it differ"));
      if (refusing !== undefined)
        say(`it lets nothing through: the rule at ${place(refusing)} refuses all of it`);
      else if (wide !== undefined) say(`it changes nothing: the rule at ${place(wide)} covers it`);
    }
  }
}
