import type { DeclaredHost, Gateway, Place } from "../environment.ts";
import { formatPosition, type Problem } from "../problem.ts";
import { formatCaller } from "../rules/callers.ts";
import type { Notes, RuleContext } from "../rules/notes.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import { type Action, distinctRules } from "../rules/rule.ts";
import type { Sound } from "../sound.ts";
import { problemAt, type ReportFault } from "../source.ts";
import { PROTOCOLS } from "../values/protocols.ts";
import { checkAccess } from "./access.ts";
import { findConflicts } from "./conflicts.ts";
import { HeadRules } from "./head-rules.ts";
import type { WrittenHost } from "./hosts.ts";
import { checkMode, warnAboutMode } from "./mode.ts";
import { refusalKey } from "./refusal-key.ts";
import { isOwn, rulesFor, soundRules, type Told } from "./rules.ts";
import { checkAddresses } from "./tcp-addresses.ts";
import { coverageAmong } from "./wildcards.ts";

type Gateways = Sound<readonly Gateway[]>;

/**
 * A host with its gateway looked up; `complete` where nothing of it is at fault. What is at fault is not compared with
 * other hosts, which would be told off for it.
 */
interface Resolved {
  readonly written: WrittenHost;
  readonly gateway: string | undefined;
  readonly complete?: DeclaredHost;
  readonly fault: ReportFault;
}

/**
 * Gives each host its gateway, and finds what can't be between hosts and gateways and among hosts.
 *
 * @param gateways undefined where the environment's are at fault as a whole
 * @param notes where problems and warnings go
 */
export function resolveHosts(
  written: readonly WrittenHost[],
  gateways: Gateways | undefined,
  context: RuleContext,
  notes: Notes,
): DeclaredHost[] {
  const { problems, warnings } = notes;
  const told: Told = new Set();
  const heads = new HeadRules();
  const first = new Map<string, Resolved>();
  const homes = new Set(gateways?.map((gateway) => gateway?.namespace));
  checkHomes(new Set(written.flatMap(({ rules }) => rules)), homes, problems);
  const coverage = coverageAmong(written);
  for (const host of written) {
    const fault = reporter(host, problems);
    const warn = reporter(host, warnings);
    warnAboutMode(host, warn);
    checkAccess(host, coverage(host), context, notes, told, heads);
    const resolved = resolveHost(host, gateways, fault);
    if (host.host === undefined || host.port === undefined) continue;
    const key = `${host.host}:${host.port}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, resolved);
    else checkTwin(before, resolved, key, fault, warn);
  }
  warnings.push(...heads.warnings(written));
  const sound = [...first.values()].flatMap(({ complete, fault }) =>
    complete === undefined ? [] : [{ host: complete, fault }],
  );
  findConflicts(sound);
  return sound
    .map(({ host }) => host)
    .sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.port - b.port));
}

/** A gateway's namespace holds the gateway alone. */
function checkHomes(
  rules: ReadonlySet<WrittenRule>,
  homes: ReadonlySet<string | undefined>,
  problems: Problem[],
): void {
  for (const { rule, source, path } of rules)
    for (const caller of rule?.from ?? [])
      if (homes.has(caller.namespace))
        problems.push(
          problemAt(
            source,
            path,
            formatCaller(caller),
            "a gateway's namespace holds the gateway alone",
            "run the caller in another namespace",
          ),
        );
}

/** Puts what is said of a host on a list, at its place in the file. */
function reporter({ source, path: base }: WrittenHost, list: Problem[]): ReportFault {
  return (path, value, why, fix) => {
    list.push(problemAt(source, [...base, ...path], value, why, fix));
  };
}

function resolveHost(written: WrittenHost, gateways: Gateways | undefined, fault: ReportFault): Resolved {
  let isAtFault = false;
  const note: ReportFault = (...said) => {
    isAtFault = true;
    fault(...said);
  };
  const gateway = gateways === undefined ? undefined : gatewayOf(written, gateways, note);
  if (gateway !== undefined) checkPort(written, gateway, note);
  checkMode(written, note);
  checkAddresses(written, gateway, note);
  const { host, port, mode, owner, settings, refuse, authorizer } = written;
  const name = gateway?.name;
  if (
    isAtFault ||
    host === undefined ||
    port === undefined ||
    mode === undefined ||
    owner === undefined ||
    settings === undefined ||
    name === undefined
  )
    return { written, gateway: name, fault };
  const at = written.source.positionOf(written.path);
  const allow = distinctRules(soundRules(written, "allow").map(({ rule }) => rule));
  return {
    written,
    gateway: name,
    fault,
    complete: {
      host,
      port,
      mode,
      gateway: name,
      owner,
      allow,
      deny: distinctRules(soundRules(written, "deny").map(({ rule }) => rule)),
      refuse,
      ...(authorizer === undefined ? {} : { authorizer }),
      ...settings,
      at,
      path: written.path,
      ruleAt: (key) =>
        placeOfRule(written, key) ??
        (key === refusalKey({ owner, refuse, allow }) ? placeOfRefusal(written) : undefined),
    },
  };
}

/** Of two places of one rule the host's own comes first. */
function placeOfRule(written: WrittenHost, key: string): Place | undefined {
  const found = rulesFor(written).find(({ rule }) => rule?.key === key);
  return found && { ...found.source.positionOf(found.path), path: found.path };
}

function placeOfRefusal({ source, path: base }: WrittenHost): Place {
  const path = [...base, "refuse"];
  return { ...source.positionOf(path), path };
}

/** The host's gateway; undefined where it has none, or where which one can't be told. */
function gatewayOf(host: WrittenHost, gateways: Gateways, fault: ReportFault): Sound<Gateway> | undefined {
  if (host.gateway === undefined) return undefined;
  const names = gateways.flatMap((gateway) => gateway?.name ?? []);
  const all = names.join(", ");
  if (host.gateway === null) {
    if (gateways.length > 1)
      fault(
        [],
        undefined,
        "this environment has several gateways, and the host names none",
        `add gateway: (one of ${all})`,
      );
    return gateways.length === 1 ? gateways[0] : undefined;
  }
  const found = gateways.find((gateway) => gateway?.name === host.gateway);
  // A gateway whose own name is at fault may be the one that is meant.
  if (found === undefined && names.length === gateways.length)
    fault(["gateway"], host.gateway, "no gateway has this name", `write one of ${all}`);
  return found;
}

function checkPort(host: WrittenHost, gateway: Sound<Gateway>, fault: ReportFault): void {
  const { ports, name = "" } = gateway;
  if (ports === undefined || host.port === undefined || host.mode === undefined) return;
  const wanted = PROTOCOLS[host.mode];
  const port = ports.find((candidate) => candidate?.port === host.port);
  if (port === undefined && ports.every((candidate) => candidate?.port !== undefined))
    fault(
      ["port"],
      host.port,
      `the gateway ${name} has no port ${host.port}`,
      `add { port: ${host.port}, protocol: ${wanted} } to its ports`,
    );
  else if (port?.protocol !== undefined && port.protocol !== wanted)
    fault(
      ["tls"],
      host.mode,
      `the gateway ${name} speaks ${port.protocol} on port ${host.port}`,
      "take another port: each has one protocol",
    );
}

/** Two that agree are one; in one file there is no reason to say it twice. */
function checkTwin(
  before: Resolved,
  after: Resolved,
  key: string,
  fault: ReportFault,
  warn: ReportFault,
): void {
  const there = formatPosition(before.written.source.positionOf(before.written.path));
  const { owner } = before.written;
  const fix = difference(before, after, there);
  if (fix !== undefined)
    fault([], key, `declared already at ${there}${owner === undefined ? "" : ` by ${owner}`}`, fix);
  else if (before.written.source.file === after.written.source.file)
    warn([], key, `declared alike at ${there}`, "remove one of the two");
}

/** How to make two declarations agree; undefined where they do, or where a fault leaves it open. */
function difference(a: Resolved, b: Resolved, placeOfA: string): string | undefined {
  const differ = (of: (one: Resolved) => unknown) => {
    const [one, two] = [of(a), of(b)];
    return one !== undefined && two !== undefined && JSON.stringify(one) !== JSON.stringify(two);
  };
  if (differ(({ written }) => written.owner))
    return `let one team own it: ${a.written.owner} or ${b.written.owner}`;
  if (differ(({ written }) => written.mode))
    return `choose one way: ${a.written.mode} or ${b.written.mode}, or give them different ports`;
  if (differ(({ gateway }) => gateway)) return `choose one gateway for it: ${a.gateway} or ${b.gateway}`;
  const differInRules = (["allow", "deny"] as const).some((action) =>
    differ(({ written }) => rulesOf(written, action)),
  );
  if (differInRules && differ(({ written }) => headsOf(written)))
    return `give ${a.written.source.file} and ${b.written.source.file} the same rules at their heads, or keep one of the two`;
  if (
    differ(({ written }) => written.settings) ||
    differ(({ written }) => written.refuse) ||
    differ(({ written }) => written.authorizer ?? null) ||
    differ(({ written }) => rulesOf(written, "deny"))
  )
    return a.written.source.file === b.written.source.file
      ? "keep one of the two"
      : "make the two the same, or keep one";
  if (differ(({ written }) => rulesOf(written, "allow")))
    return `put both under one allow: add the rules here to those at ${placeOfA}, and remove this entry`;
  return undefined;
}

/** The rules at the heads of files that hold for a host, by their keys. */
function headsOf(written: WrittenHost): string[] {
  const keys = rulesFor(written).flatMap((one) => (isOwn(written, one) ? [] : (one.rule?.key ?? [])));
  return [...new Set(keys)].sort();
}

/**
 * The rules that allow or deny, with the days on which they end, to compare two declarations; undefined where one is at
 * fault.
 */
function rulesOf(written: WrittenHost, action: Action) {
  const isFaulty = rulesFor(written).some((one) => one.action === action && one.rule === undefined);
  if (isFaulty) return undefined;
  const texts = soundRules(written, action).map(({ rule: { key, audit }, lastDays }) =>
    JSON.stringify([key, audit, lastDays]),
  );
  return [...new Set(texts)].sort();
}
