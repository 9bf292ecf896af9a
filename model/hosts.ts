import type { Caller, Mode } from "./environment.ts";
import { explain } from "./explain.ts";
import type { Position, Problem } from "./problem.ts";
import { DEFAULT_PORTS, HostEntry } from "./schema-host.ts";
import type { Source } from "./source.ts";

/** A host as written, its own fields checked, its gateway not yet looked up. */
export interface WrittenHost {
  readonly host: string;
  readonly port: number;
  readonly mode: Mode;
  readonly gateway: string | undefined;
  readonly owner: string;
  readonly allow: readonly Caller[];
  readonly at: Position;
  /** Such as `hosts[3]`. */
  readonly path: string;
}

/** Checks each entry of a file's hosts on its own, so that one fault hides no other. */
export function readHosts(
  source: Source,
  owner: string,
  entries: readonly unknown[],
): { hosts: WrittenHost[]; problems: Problem[] } {
  const hosts: WrittenHost[] = [];
  const problems: Problem[] = [];
  entries.forEach((entry, index) => {
    const path = ["hosts", index] as const;
    const parsed = HostEntry.safeParse(entry);
    if (!parsed.success) {
      problems.push(...explain(source, HostEntry, parsed.error.issues, path));
      return;
    }
    const { host, tls, port, gateway, allow } = parsed.data;
    hosts.push({
      host,
      port: port ?? DEFAULT_PORTS[tls],
      mode: tls,
      gateway,
      owner,
      allow: distinctCallers(allow.map(({ from }) => callerOf(from))),
      at: source.positionOf(path),
      path: `hosts[${index}]`,
    });
  });
  return { hosts, problems };
}

function callerOf(from: { namespace: string } | { serviceAccount: string }): Caller {
  if ("namespace" in from) return { namespace: from.namespace };
  const [namespace = "", account = ""] = from.serviceAccount.split("/");
  return { namespace, account };
}

/** The callers sorted, each once; an account whose whole namespace may call needs no entry of its own. */
export function distinctCallers(callers: readonly Caller[]): Caller[] {
  const whole = new Set(callers.filter((caller) => caller.account === undefined).map((caller) => caller.namespace));
  const byName = new Map<string, Caller>();
  for (const caller of callers)
    if (caller.account === undefined || !whole.has(caller.namespace)) byName.set(formatCaller(caller), caller);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, caller]) => caller);
}

/** `news/politics` for an account, `news/*` for a whole namespace. */
export function formatCaller(caller: Caller): string {
  return `${caller.namespace}/${caller.account ?? "*"}`;
}
