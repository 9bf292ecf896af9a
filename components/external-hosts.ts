import * as pulumi from "@pulumi/pulumi";
import { type AccessInput, completeAccess, completeHosts, type HostInput } from "../model/complete.ts";
import type { Host } from "../model/environment.ts";
import { formatProblem } from "../model/problem.ts";
import { planHosts } from "../plan/hosts/hosts.ts";
import type { EgressGateway } from "./egress-gateway.ts";
import { registerObjects } from "./register.ts";

/** Gateways whose listeners an ExternalHosts owns already. */
const taken = new WeakSet<EgressGateway>();

/** What {@link ExternalHosts} takes. */
export interface ExternalHostsArgs extends AccessInput {
  /** The gateway by which the hosts are reached. One ExternalHosts a gateway: it owns the gateway's listeners. */
  readonly gateway: EgressGateway;
  /** The team that owns the hosts that name no owner; `platform` where left out. */
  readonly owner?: string;
  /** The hosts, as a catalog declares them or complete, as `loadEnvironment` gives them; one is a list of one. */
  readonly hosts: readonly HostInput[] | readonly Host[];
}

/**
 * Hosts outside the cluster, who may call them, and the way there: from the granted namespaces' sidecars over mutual
 * TLS to the gateway, and out. What is not granted is refused at the gateway by the caller's identity.
 *
 * @throws if a host can't be, with every reason; if the gateway has an ExternalHosts already
 * @example
 * new ExternalHosts("hosts", {
 *   gateway: egress,
 *   hosts: [{ host: "edition.cnn.com", tls: "passthrough", allow: [{ from: { namespace: "news" } }] }],
 * });
 */
export class ExternalHosts extends pulumi.ComponentResource {
  /** The hosts with all defaults filled in. */
  readonly hosts: readonly Host[];

  constructor(name: string, args: ExternalHostsArgs, options: pulumi.ComponentResourceOptions = {}) {
    super(
      "sallyport:index:ExternalHosts",
      name,
      {},
      pulumi.mergeOptions(options, { dependsOn: args.gateway }),
    );
    if (taken.has(args.gateway))
      throw new Error(`${name}: this gateway has an ExternalHosts already; give that one these hosts too`);
    taken.add(args.gateway);
    const { gateway, mesh, monitoring } = args.gateway;
    const access = completeAccess(args);
    this.hosts = isComplete(args.hosts)
      ? args.hosts
      : completeHosts(args.hosts, gateway, {
          ...access,
          ...(args.owner === undefined ? {} : { owner: args.owner }),
          onExpired: (problem) => pulumi.log.warn(formatProblem(problem), this),
        });
    for (const { host, port, insecureSkipVerify } of this.hosts)
      if (insecureSkipVerify)
        pulumi.log.warn(`${host}:${port}: whatever certificate it shows is taken`, this);
    registerObjects(planHosts({ gateway, mesh, monitoring, hosts: this.hosts, ...access }), name, this);
    this.registerOutputs({ hosts: this.hosts.map(({ host, port }) => `${host}:${port}`) });
  }
}

function isComplete(hosts: readonly HostInput[] | readonly Host[]): hosts is readonly Host[] {
  return hosts.every((host) => "mode" in host);
}
