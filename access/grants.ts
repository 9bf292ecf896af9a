import type { Manifest } from "../plan/manifest.ts";
import { type AuthorizationPolicy, specsOf } from "./read.ts";

/** That a policy lets a caller ask for a host on one of the gateway's listeners. */
export interface Grant {
  /** As Istio writes it; `…/ns/news/*` means every account of news. */
  readonly principal: string;
  /** By authority without a port, or by SNI. */
  readonly host: string;
  /** The listener in the gateway's pod. */
  readonly listener: number;
}

/** What the ALLOW policies grant; a policy without rules grants nothing. */
export function grantsIn(manifests: readonly Manifest[]): Grant[] {
  return specsOf(manifests, "AuthorizationPolicy")
    .filter(({ action = "ALLOW" }) => action === "ALLOW")
    .flatMap(({ rules = [] }) => rules.flatMap(grantsOf));
}

type Rule = NonNullable<AuthorizationPolicy["rules"]>[number];

function grantsOf({ from = [], to = [], when = [] }: Rule): Grant[] {
  const principals = from.flatMap(({ source }) => source.principals ?? []);
  const names = when.filter(({ key }) => key === "connection.sni").flatMap(({ values = [] }) => values);
  return to.flatMap(({ operation: { hosts = [], ports = [] } }) =>
    // An authority may stand with its port, without it, or in both forms.
    [...new Set(hosts.map((authority) => authority.replace(/:\d+$/, ""))), ...names].flatMap((host) =>
      ports.flatMap((port) => principals.map((principal) => ({ principal, host, listener: Number(port) }))),
    ),
  );
}
