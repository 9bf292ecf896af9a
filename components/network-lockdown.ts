import * as pulumi from "@pulumi/pulumi";
import { completeLockdown, type LockdownInput } from "../model/complete.ts";
import { planLockdown } from "../plan/lockdown.ts";
import type { EgressGateway } from "./egress-gateway.ts";
import { registerObjects } from "./register.ts";

/** What {@link NetworkLockdown} takes. */
export interface NetworkLockdownArgs {
  /** The namespaces whose pods may leave only through the gateways. */
  readonly namespaces: readonly LockdownInput[];
  /** The gateways that stay reachable; the mesh's settings come from the first. */
  readonly gateways: readonly [EgressGateway, ...EgressGateway[]];
}

/**
 * Closes every way out of a namespace but the gateways: a NetworkPolicy that denies by default, whatever the pods do
 * to their sidecars, and a Sidecar that refuses unregistered hosts quickly. Calls inside the mesh that are not declared
 * under `reach` are denied too.
 *
 * @example
 * new NetworkLockdown("lockdown", {
 *   namespaces: [{ namespace: "news", reach: [{ namespace: "search", ports: [8080] }] }],
 *   gateways: [egress],
 * });
 */
export class NetworkLockdown extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkLockdownArgs, options: pulumi.ComponentResourceOptions = {}) {
    // Locked down before its gateways stand, a namespace would have no way out at all.
    const after = pulumi.mergeOptions(options, { dependsOn: [...args.gateways] });
    super("sallyport:index:NetworkLockdown", name, {}, after);
    const { mesh } = args.gateways[0];
    const gateways = args.gateways.map(({ gateway }) => gateway);
    const namespaces = completeLockdown(args.namespaces, gateways, mesh);
    registerObjects(
      namespaces.flatMap((lockdown) => planLockdown({ lockdown, mesh, gateways })),
      name,
      this,
    );
    this.registerOutputs({ namespaces: namespaces.map(({ namespace }) => namespace) });
  }
}
