import { distinctCallers, formatCaller } from "./callers.ts";
import type { Caller, DeclaredHost, Gateway } from "./environment.ts";
import { findConflicts } from "./host-conflicts.ts";
import { checkMode, warnAboutMode } from "./host-mode.ts";
import type { WrittenHost } from "./hosts.ts";
import { type Problem, show } from "./problem.ts";
import { PROTOCOLS } from "./protocols.ts";
import type { Sound } from "./sound.ts";
import { formatPath, type ReportFault } from "./source.ts";

type Gateways = Sound<readonly Gateway[]>;

/** A host with its gateway looked up; `complete` where nothing of it is at fault. */
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
 */
export function resolveHosts(
  written: readonly WrittenHost[],
  gateways: Gateways | undefined,
): { hosts: DeclaredHost[]; problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const first = new Map<string, Resolved>();
  const homes = new Set(gateways?.map((gateway) => gateway?.namespace));
  for (const host of written) {
    const fault = reporter(host, problems);
    warnAboutMode(host, reporter(host, warnings));
    const resolved = resolveHost(host, gateways, homes, fault);
    if (host.host === undefined || host.port === undefined) continue;
    const key = `${host.host}:${host.port}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, resolved);
    else checkTwin(before, resolved, key, fault);
  }
  const sound = [...first.values()].flatMap(({ complete, fault }) =>
    complete === undefined ? [] : [{ host: complete, fault }],
  );
  findConflicts(sound);
  const hosts = sound.map(({ host }) => host);
  return {
    hosts: hosts.sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.port - b.port)),
    problems,
    warnings,
  };
}

/** Puts what is said of a host on a list, at its place in the file. */
function reporter({ source, path: base }: WrittenHost, list: Problem[]): ReportFault {
  return (path, value, why, fix) => {
    const full = [...base, ...path];
    const shown = value === undefined ? {} : { value: show(value) };
    list.push({ ...source.positionOf(full), path: formatPath(full), ...shown, why, fix });
  };
}

function resolveHost(
  written: WrittenHost,
  gateways: Gateways | undefined,
  homes: ReadonlySet<string | undefined>,
  fault: ReportFault,
): Resolved {
  const gateway = gateways === undefined ? undefined : gatewayOf(written, gateways, fault);
  if (gateway !== undefined) checkPort(written, gateway, fault);
  checkMode(written, fault);
  written.allow?.forEach((caller, index) => {
    if (caller !== undefined && homes.has(caller.namespace))
      fault(
        ["allow", index],
        formatCaller(caller),
        "a gateway's namespace holds the gateway alone",
        "run the caller in another namespace",
      );
  });
  const { host, port, mode, owner, settings } = written;
  const allow = callersOf(written);
  const name = gateway?.name;
  if (
    host === undefined ||
    port === undefined ||
    mode === undefined ||
    owner === undefined ||
    allow === undefined ||
    settings === undefined ||
    name === undefined
  )
    return { written, gateway: name, fault };
  const at = written.source.positionOf(written.path);
  return {
    written,
    gateway: name,
    fault,
    complete: { host, port, mode, gateway: name, owner, allow, ...settings, at },
  };
}

function callersOf({ allow }: WrittenHost): Caller[] | undefined {
  const sound = allow?.filter((caller) => caller !== undefined);
  return sound === undefined || sound.length !== allow?.length ? undefined : distinctCallers(sound);
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

/** Two files may declare the same thing; one file has no reason to say it twice. */
function checkTwin(before: Resolved, after: Resolved, key: string, fault: ReportFault): void {
  const there = before.written.source.positionOf(before.written.path);
  const sameFile = there.file === after.written.source.file;
  const fix = difference(before, after) ?? (sameFile ? "keep one of the two" : undefined);
  if (fix === undefined) return;
  const { owner } = before.written;
  const by = owner === undefined ? "" : ` by ${owner}`;
  fault([], key, `declared already at ${there.file}:${there.line}:${there.column}${by}`, fix);
}

/** How to make two declarations agree; undefined where they do, or where a fault leaves it open. */
function difference(a: Resolved, b: Resolved): string | undefined {
  const differ = <T>(one: T | undefined, two: T | undefined) =>
    one !== undefined && two !== undefined && one !== two;
  if (differ(a.written.owner, b.written.owner))
    return `let one team own it: ${a.written.owner} or ${b.written.owner}`;
  if (differ(a.written.mode, b.written.mode))
    return `choose one way: ${a.written.mode} or ${b.written.mode}, or give them different ports`;
  const callers = ({ written }: Resolved) => callersOf(written)?.map(formatCaller).join(" ");
  const settings = ({ written }: Resolved) => written.settings && JSON.stringify(written.settings);
  if (differ(a.gateway, b.gateway) || differ(callers(a), callers(b)) || differ(settings(a), settings(b)))
    return a.written.source.file === b.written.source.file
      ? "keep one of the two"
      : "make the two the same, or keep one";
  return undefined;
}
