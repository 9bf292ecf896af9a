import * as pulumi from "@pulumi/pulumi";
import { DedicatedNodePool, EgressGateway, gke, NetworkLockdown } from "sallyport";

/** Stands for the cloud package's own resources, such as gcp.container.NodePool. */
class CloudResource extends pulumi.CustomResource {
  constructor(type: string, name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
    super(`cloud:index:${type}`, name, inputs, options);
  }
}

/** A gateway on a cloud's managed node pool, behind its NAT and firewall, and one namespace locked down. */
export function program(): void {
  const nat = new CloudResource("Nat", "egress", {});
  const firewallRule = new CloudResource("FirewallRule", "egress-only", {});
  const nodes = new DedicatedNodePool("nodes", {
    managed: gke({
      nodePool: (settings, options) =>
        new CloudResource("NodePool", "egress", { cluster: "main", ...settings }, options),
      publicAddress: "198.51.100.7",
      nat,
      firewallRule,
    }),
  });
  const egress = new EgressGateway(
    "egress",
    { gateway: { name: "egress", namespace: "egress" }, pool: nodes.pool },
    { dependsOn: nodes },
  );
  new NetworkLockdown("lockdown", {
    namespaces: [{ namespace: "news", reach: [{ namespace: "search", ports: [8080] }] }],
    gateways: [egress],
  });
}
