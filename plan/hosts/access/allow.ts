import type { Host } from "../../../model/environment.ts";
import { distinctCallers, remaining } from "../../../model/rules/callers.ts";
import type { Rule } from "../../../model/rules/rule.ts";
import { gatewaySelector } from "../../labels.ts";
import type { Json, Manifest } from "../../manifest.ts";
import { type HostsContext, shardMetadata } from "../context.ts";
import type { Shard } from "../shards.ts";
import { ANY_REQUEST, policyRule, type RequestMatch, type Source } from "./policy-rule.ts";

/** What some callers may ask for. */
interface Grant {
  readonly source: Source;
  readonly request: RequestMatch;
}

/**
 * The policy that lets a shard's callers, and no one else, call its hosts. One rule for each distinct set of callers
 * and what they may ask for: Envoy walks its rules one by one.
 */
export function accessPolicy(context: HostsContext, shard: Shard): Manifest {
  return allowing(context, shard, "", grantsOf);
}

/**
 * The policy by which the callers of a shard learn that a path is not there (404): policy comes before routes, and
 * would refuse it (403). The routes let through what is allowed, and nothing else; who asks, the caller and the end
 * user, they do not see.
 */
export function notFoundPolicy(context: HostsContext, shard: Shard): Manifest {
  return allowing(context, shard, "-not-found", (host) =>
    mergedGrants(host.allow, ({ users }) => ({ ...ANY_REQUEST, ...askingFor(users) })),
  );
}

function allowing(
  context: HostsContext,
  shard: Shard,
  suffix: string,
  grantsOf: (host: Host) => readonly Grant[],
): Manifest {
  const grants = shard.hosts.flatMap((host) =>
    grantsOf(host).map((grant) => ({ host, grant, key: JSON.stringify(grant) })),
  );
  const rules = [...Map.groupBy(grants, ({ key }) => key).values()].flatMap((alike): Json[] => {
    const [first, ...rest] = alike;
    if (first === undefined) return [];
    const { source, request } = first.grant;
    return [policyRule(context, [first.host, ...rest.map(({ host }) => host)], source, request)];
  });
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: shardMetadata(context, shard, suffix),
    spec: {
      selector: { matchLabels: gatewaySelector(context.gateway.name) },
      action: "ALLOW",
      rules,
    },
  };
}

function grantsOf({ allow }: Host): Grant[] {
  return mergedGrants(allow, ({ paths, methods, headers, users }) => ({
    paths,
    methods,
    headers,
    ...askingFor(users),
  }));
}

function askingFor(users: Rule["users"]): Pick<RequestMatch, "users"> {
  return users === undefined ? {} : { users };
}

/** Rules that differ only in their callers are one. */
function mergedGrants(rules: readonly Rule[], requestOf: (rule: Rule) => RequestMatch): Grant[] {
  const left = rules
    .map((rule) => ({ ...remaining(rule), request: requestOf(rule) }))
    .filter(({ from }) => from.length > 0);
  const alike = Map.groupBy(left, ({ except, request }) => JSON.stringify([request, except]));
  return [...alike]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) =>
      members.slice(0, 1).map(({ except, request }) => ({
        source: { from: distinctCallers(members.flatMap(({ from }) => from)), except },
        request,
      })),
    );
}
