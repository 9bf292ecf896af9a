export type { ClusterAccess } from "../cluster/access.ts";
export {
  DeclarationError,
  type GatewayInput,
  type HostInput,
  type LockdownInput,
  type MeshInput,
  type MonitoringInput,
  type NodesInput,
} from "../model/complete.ts";
export type { Environment, Gateway, Host, Mesh, Monitoring } from "../model/environment.ts";
export { type Loaded, loadEnvironment } from "../model/load.ts";
export { formatProblem, type Problem } from "../model/problem.ts";
export { EgressEnvironment, type EgressEnvironmentArgs } from "./egress-environment.ts";
export { EgressGateway, type EgressGatewayArgs } from "./egress-gateway.ts";
export { ExternalHosts, type ExternalHostsArgs } from "./external-hosts.ts";
export { NetworkLockdown, type NetworkLockdownArgs } from "./network-lockdown.ts";
export { DedicatedNodePool, type DedicatedNodePoolArgs } from "./nodes/dedicated-node-pool.ts";
export {
  type AksSettings,
  aks,
  type EksSettings,
  eks,
  type GkeSettings,
  gke,
  type ManagedPool,
  type ManagedPoolArgs,
} from "./nodes/managed.ts";
