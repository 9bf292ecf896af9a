import type { Host } from "../../model/environment.ts";
import { isWildcard } from "../../model/hosts/settings.ts";

/** What a gateway's hosts ask of its log and counters. What none asks for is left out: it would cost each request. */
export interface Asked {
  /** Tokens of end users. */
  readonly users: boolean;
  /** What rules under audit would refuse. */
  readonly audits: boolean;
  /** Routes that refuse, as not found. */
  readonly notFound: boolean;
  /** Requests whose name is not their host's: under a wildcard, and of TCP. */
  readonly otherNames: boolean;
}

/** What some hosts ask, all together. */
export function askedBy(hosts: readonly Host[]): Asked {
  const rules = hosts.flatMap(({ allow, deny }) => [...allow, ...deny]);
  return {
    users: rules.some(({ users }) => users !== undefined),
    audits: rules.some(({ audit }) => audit),
    notFound: hosts.some(({ refuse }) => refuse === "not-found"),
    otherNames: hosts.some(
      (host) => host.mode === "tcp" || (host.mode !== "passthrough" && isWildcard(host)),
    ),
  };
}
