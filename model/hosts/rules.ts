import { formatPosition, type Problem } from "../problem.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import type { Action, Rule } from "../rules/rule.ts";
import { problemAt, type ReportFault } from "../source.ts";
import type { WrittenHost } from "./hosts.ts";

/** A rule without a fault. */
export interface SoundRule extends WrittenRule {
  readonly rule: Rule;
}

/** A host and the rules that hold for it: its own, its file's and the environment's. */
export interface Subject {
  readonly host: WrittenHost;
  readonly allow: readonly SoundRule[];
  readonly deny: readonly SoundRule[];
}

/** Rules of which something was said already: a file's hold for many hosts, and are told of once. */
export type Told = Set<string>;

/** The rules that hold for a host, by its port and the day. */
export function rulesFor({ rules, port }: WrittenHost): readonly WrittenRule[] {
  return rules.filter(
    ({ ports, isOver }) => !isOver && (port === undefined || ports === undefined || ports.includes(port)),
  );
}

/** The rules of an action that hold for a host, those without a fault. */
export function soundRules(host: WrittenHost, action: Action): SoundRule[] {
  return rulesFor(host).filter(
    (rule): rule is SoundRule => rule.action === action && rule.rule !== undefined,
  );
}

/** A host with its rules by what they do. */
export function subjectOf(host: WrittenHost): Subject {
  return { host, allow: soundRules(host, "allow"), deny: soundRules(host, "deny") };
}

/** Whether a rule stands at the host itself, and not at the head of a file. */
export function isOwn(host: WrittenHost, { source, path }: WrittenRule): boolean {
  return source === host.source && path.length > host.path.length;
}

/** Whether two hosts name different gateways; those that name none have the only one. */
export function haveDifferentGateways(
  { gateway: one }: WrittenHost,
  { gateway: other }: WrittenHost,
): boolean {
  return typeof one === "string" && typeof other === "string" && one !== other;
}

/** Where a rule stands, for a message about another. */
export function placeOfRule({ source, path }: WrittenRule): string {
  return formatPosition(source.positionOf(path));
}

/** Puts what is said of a rule on a list, the same kind of thing once a rule. */
export function oncePerRule(
  told: Told,
  kind: string,
  list: Problem[],
  { source, path }: WrittenRule,
): ReportFault {
  return (below, value, why, fix) => {
    const problem = problemAt(source, [...path, ...below], value, why, fix);
    const key = `${kind} ${problem.file} ${problem.path}`;
    if (told.has(key)) return;
    told.add(key);
    list.push(problem);
  };
}
