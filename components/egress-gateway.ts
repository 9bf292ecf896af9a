import * as pulumi from "@pulumi/pulumi";
import { completeGateway, completeMesh, type GatewayInput, type MeshInput } from "../model/complete.ts";
import type { Gateway, Mesh } from "../model/environment.ts";
import { planGateway } from "../plan/gateway/gateway.ts";
import { gatewayHost } from "../plan/hosts/context.ts";
import { registerObjects } from "./register.ts";

/** What an {@link EgressGateway} takes. */
export interface EgressGatewayArgs {
  /** The gateway; everything but its name and namespace has a default. */
  readonly gateway: GatewayInput;
  /** The mesh it belongs to; Istio's own defaults where left out. */
  readonly mesh?: MeshInput;
  /** The pool of dedicated nodes that it must run on; any node where left out. */
  readonly pool?: string;
}

/**
 * One egress gateway: a namespace of its own, the injected Envoy, its identity, scaling, disruption budget, network
 * policy, access log, and a policy that refuses everyone until {@link ExternalHosts} grants something.
 *
 * @throws if the gateway can't be, with every reason, for example in istiod's own namespace
 * @example
 * const egress = new EgressGateway("egress", {
 *   gateway: { name: "egress", namespace: "egress" },
 * });
 */
export class EgressGateway extends pulumi.ComponentResource {
  /** The gateway with all defaults filled in, for {@link ExternalHosts} and {@link NetworkLockdown}. */
  readonly gateway: Gateway;
  /** The mesh with all defaults filled in. */
  readonly mesh: Mesh;
  /** The Service's name in the cluster's DNS. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: EgressGatewayArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("sallyport:index:EgressGateway", name, {}, options);
    this.mesh = completeMesh(args.mesh);
    this.gateway = completeGateway(args.gateway, this.mesh);
    const { gateway, mesh } = this;
    const resources = registerObjects(
      planGateway({ gateway, mesh, ...(args.pool === undefined ? {} : { pool: args.pool }) }),
      name,
      this,
    );
    const ready = pulumi.all(resources.map((resource) => resource.id));
    this.address = ready.apply(() => gatewayHost({ gateway }));
    this.registerOutputs({ address: this.address });
  }
}
