import { distinctCallers } from "./callers.ts";
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

/** Checks one entry of a file's hosts on its own, so that one fault hides no other. */
export function readHost(
  source: Source,
  owner: string,
  entry: unknown,
  index: number,
): { host?: WrittenHost; problems: Problem[] } {
  const path = ["hosts", index] as const;
  const parsed = HostEntry.safeParse(entry);
  if (!parsed.success) return { problems: explain(source, HostEntry, parsed.error.issues, path) };
  const { host, tls, port, gateway, allow } = parsed.data;
  const written: WrittenHost = {
    host,
    port: port ?? DEFAULT_PORTS[tls],
    mode: tls,
    gateway,
    owner,
    allow: distinctCallers(allow.map(({ from }) => callerOf(from))),
    at: source.positionOf(path),
    path: `hosts[${index}]`,
  };
  return { host: written, problems: [] };
}

function callerOf(from: { namespace: string } | { serviceAccount: string }): Caller {
  if ("namespace" in from) return { namespace: from.namespace };
  const [namespace = "", account = ""] = from.serviceAccount.split("/");
  return { namespace, account };
}
