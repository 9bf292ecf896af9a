import type { Host, Issuer } from "../../../model/environment.ts";
import { gatewaySelector, inGatewayNamespace } from "../../labels.ts";
import type { Json, PlannedObject } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";

/**
 * End users by their tokens, for the issuers that hosts' rules name. A token is checked wherever it is sent, and does
 * not leave the gateway; one that is not in order is refused with 401. It comes before the rules that ask for it.
 */
export function planUsers(context: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const { gateway, issuers } = context;
  const named = new Set(
    hosts.flatMap(({ allow, deny }) => [...allow, ...deny].map(({ users }) => users?.issuer)),
  );
  const used = issuers.filter(({ name }) => named.has(name));
  if (used.length === 0) return [];
  return [
    {
      wave: "guard",
      manifest: {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: inGatewayNamespace(gateway, `${gateway.name}-users`),
        spec: { selector: { matchLabels: gatewaySelector(gateway.name) }, jwtRules: used.map(jwtRule) },
      },
    },
  ];
}

function jwtRule({ issuer, jwks, jwksUri, audiences, header }: Issuer): Json {
  return {
    issuer,
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(audiences === undefined ? {} : { audiences }),
    fromHeaders: [{ name: header, ...(header === "authorization" ? { prefix: "Bearer " } : {}) }],
    forwardOriginalToken: false,
  };
}
