import type { Host, Issuer } from "../../../model/environment.ts";
import { PROTOCOLS } from "../../../model/values/protocols.ts";
import { gatewaySelector, inGatewayNamespace } from "../../labels.ts";
import type { Json, PlannedObject } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";

/**
 * End users by their tokens, for all issuers, at each gateway with HTTP hosts, whether or not a rule asks for them: a
 * token is checked wherever it is sent, and does not leave the gateway; one that is not in order is refused with 401.
 * It comes before the rules that ask for it.
 */
export function planUsers(context: HostsContext, hosts: readonly Host[]): PlannedObject[] {
  const { gateway, issuers } = context;
  if (issuers.length === 0 || !hosts.some(({ mode }) => PROTOCOLS[mode] === "http")) return [];
  return [
    {
      wave: "guard",
      manifest: {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: inGatewayNamespace(gateway, `${gateway.name}-users`),
        spec: { selector: { matchLabels: gatewaySelector(gateway.name) }, jwtRules: issuers.map(jwtRule) },
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
