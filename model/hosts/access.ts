import type { Problem } from "../problem.ts";
import type { Notes, RuleContext } from "../rules/notes.ts";
import { knownNames, type WrittenRule } from "../rules/read-rules.ts";
import { looksAtRequests, type Rule } from "../rules/rule.ts";
import { type Path, problemAt, type ReportFault, valueAt } from "../source.ts";
import { PROTOCOLS } from "../values/protocols.ts";
import { checkDeniedHeadersAndUsers } from "./denied-headers-and-users.ts";
import { checkDeniedPaths } from "./denied-paths.ts";
import type { HeadRules } from "./head-rules.ts";
import type { WrittenHost } from "./hosts.ts";
import { checkIdleDenials } from "./idle-denials.ts";
import {
  haveDifferentGateways,
  isOwn,
  oncePerRule,
  rulesFor,
  type Subject,
  subjectOf,
  type Told,
} from "./rules.ts";
import { checkShadowed } from "./shadowed-rules.ts";
import type { Coverage } from "./wildcards.ts";

/** Rules at the head of a file that no host has a use for. */
export function unusedRules(rules: readonly WrittenRule[], hosts: readonly WrittenHost[]): Problem[] {
  const used = new Set(hosts.flatMap(rulesFor));
  return rules
    .filter((rule) => !rule.isOver && !used.has(rule))
    .map(({ source, path }) =>
      problemAt(source, path, undefined, "it holds for no host", "correct its ports:, or remove it"),
    );
}

/**
 * What can't be, and what is better not, between a host and its rules and among these. What the wildcards
 * over the host say holds for it too.
 */
export function checkAccess(
  host: WrittenHost,
  { over, under }: Coverage,
  context: RuleContext,
  notes: Notes,
  told: Told,
  heads: HeadRules,
): void {
  const subject = subjectOf(host);
  // One of another team can't be declared beside it at all.
  const wildcards = over.filter((wildcard) => wildcard.host.owner === host.owner);
  checkProtocol(subject, context, notes, (rule) => oncePerRule(told, "protocol", notes.problems, rule));
  checkNotFound(subject, notes);
  // Behind different gateways rules do not meet.
  const beside = wildcards.filter((wildcard) => !haveDifferentGateways(host, wildcard.host));
  checkDeniedPaths(subject, beside, notes, told);
  checkDeniedHeadersAndUsers(subject, beside, notes, told);
  checkIdleDenials(subject, [subject, ...over, ...under], notes.warnings, told, heads);
  checkShadowed(subject, wildcards, notes.warnings, heads);
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
