import { clientTlsOf } from "../manifests/client-tls.ts";
import { isSeenIn, type Objects, type Read } from "../manifests/read.ts";
import type { ClientTls, Destination, DestinationRule } from "../manifests/specs.ts";
import type { Fact, Protection } from "./fact.ts";

/** Whom the gateways trust outside: for each host and port that they route, how they speak TLS to it. */
export function upstreamFacts(objects: Objects): Protection {
  const facts: Fact[] = [];
  const subjects = new Set<string>();
  for (const service of objects("VirtualService")) {
    const { gateways, hosts, http = [] } = service.spec;
    if (gateways.every((name) => name === "mesh")) continue;
    const rules = objects("DestinationRule").filter((rule) => isSeenIn(service.namespace, rule));
    for (const { match = [{}], route = [] } of http)
      for (const { port } of match)
        for (const host of hosts) {
          const subject = `${host}:${port ?? "*"}`;
          subjects.add(`upstream ${subject}`);
          for (const destination of route) facts.push(...factsOf(subject, tlsTo(destination, rules)));
        }
  }
  return { facts, subjects };
}

interface Found {
  readonly tls: ClientTls;
  readonly object: string;
}

function tlsTo(
  { destination: { host, subset, port } }: Destination,
  rules: readonly Read<DestinationRule>[],
): Found | undefined {
  const rule = rules.find(({ spec }) => spec.host === host);
  if (rule === undefined) return undefined;
  const tls = clientTlsOf(rule.spec, subset, port?.number);
  return tls === undefined ? undefined : { tls, object: rule.key };
}

function factsOf(host: string, found: Found | undefined): Fact[] {
  if (found === undefined) return [];
  const { tls, object } = found;
  if (tls.mode !== "SIMPLE" && tls.mode !== "MUTUAL") return [];
  const about = { family: "verification" as const, object };
  // A Secret that is named has the authority too, beside a client certificate or alone.
  const by = tls.caCertificates ?? tls.credentialName;
  const authority = by === undefined ? "the system's authorities" : `the authority in ${by}`;
  const shown = tls.mode === "MUTUAL" ? [tls.credentialName ?? "files"] : [];
  return [
    tls.insecureSkipVerify === true
      ? {
          ...about,
          kind: "opening",
          key: `unverified ${host}`,
          says: `the gateway takes any certificate for ${host}`,
        }
      : {
          ...about,
          kind: "guard",
          key: `verified ${host}`,
          subject: `upstream ${host}`,
          says: `the gateway verifies ${host} by ${authority}`,
        },
    ...shown.map(
      (secret): Fact => ({
        ...about,
        kind: "guard",
        key: `client certificate ${host}`,
        subject: `upstream ${host}`,
        says: `the gateway shows ${host} the client certificate in ${secret}`,
      }),
    ),
  ];
}
