import type { AccessParts, Gateway, Host, Mesh, Mode, Monitoring } from "../../model/environment.ts";
import { namespacesOf } from "../../model/rules/callers.ts";
import { PROTOCOLS } from "../../model/values/protocols.ts";
import type { PlannedObject } from "../manifest.ts";
import { withSyncWaves } from "../sync-wave.ts";
import { accessLog } from "../telemetry/access-log.ts";
import { hostCounters } from "../telemetry/counters.ts";
import { exemptionsOf } from "../telemetry/exemptions.ts";
import { sidecarLog } from "../telemetry/sidecar-log.ts";
import { planAuthorizers } from "./access/authorizers.ts";
import { planDenials } from "./access/deny.ts";
import { planOwnerAccess } from "./access/owners.ts";
import { planUsers } from "./access/users.ts";
import { gatewayHost, type HostsContext } from "./context.ts";
import { planLookup } from "./dns-lookup.ts";
import { planHop } from "./hop.ts";
import { hasOwnCluster } from "./http/own-cluster.ts";
import { planHttpPorts } from "./http/ports.ts";
import { planHttp, standsAlone } from "./http/routes.ts";
import { planSharedUpstreams } from "./http/upstream.ts";
import { planListeners } from "./listeners.ts";
import { planOutside } from "./outside.ts";
import { planPassthrough } from "./passthrough/passthrough.ts";
import { planForwardPorts } from "./passthrough/ports.ts";
import { planSecretAccess } from "./secret-access.ts";
import { type Shard, shardsOf } from "./shards.ts";
import { planTcpPorts } from "./tcp/ports.ts";
import { planTcp } from "./tcp/tcp.ts";

/** A list of hosts behind one gateway. */
interface HostsPlan extends AccessParts {
  readonly gateway: Gateway;
  readonly mesh: Mesh;
  readonly monitoring: Monitoring;
  readonly hosts: readonly Host[];
}

/**
 * The file of each mode. The HTTP modes differ in nothing but the TLS that the gateway speaks, which `none` has none of:
 * http/originate.ts and http/mutual.ts. A wildcard is a host of its mode; one with a common server is planned in
 * passthrough/common-server.ts.
 */
const PLANNERS: Readonly<Record<Mode, (context: HostsContext, shard: Shard) => PlannedObject[]>> = {
  none: planHttp,
  originate: planHttp,
  mutual: planHttp,
  passthrough: planPassthrough,
  tcp: planTcp,
};

/** Plans everything that a list of hosts takes, at the gateway and in the mesh. Nothing is granted by default. */
export function planHosts({
  gateway,
  mesh,
  monitoring,
  hosts,
  issuers = [],
  authorizers = [],
  owners = {},
}: HostsPlan): PlannedObject[] {
  const context: HostsContext = { gateway, mesh, issuers };
  const granted = hosts.filter((host) => namespacesOf([host]).length > 0);
  const shards = shardsOf(gateway.name, granted, isAlone);
  const namespaces = namespacesOf(granted);
  const log = { gateway, mesh, monitoring, hosts: granted, exemptions: exemptionsOf(granted) };
  const http = granted.filter(({ mode }) => PROTOCOLS[mode] === "http");
  const planned: PlannedObject[] = [
    // Of hosts without callers of their own too: a wildcard may let somebody call them.
    ...planDenials(context, hosts),
    ...planUsers(context, hosts),
    ...planAuthorizers(context, authorizers, hosts),
    ...planHop(context, namespaces, http),
    ...planListeners(context, http),
    ...planOutside(context, granted),
    ...planLookup(context),
    ...planSecretAccess(context, http),
    { wave: "registry", manifest: hostCounters(log) },
    { wave: "registry", manifest: accessLog(log) },
    ...(monitoring.sidecar ? namespaces : []).map((namespace): PlannedObject => {
      const manifest = sidecarLog(log, gatewayHost(context), namespace);
      return { wave: "routes", manifest };
    }),
    ...planSharedUpstreams(
      context,
      granted.filter(
        (host) => host.mode === "tcp" || (PROTOCOLS[host.mode] === "http" && !hasOwnCluster(host)),
      ),
    ),
    ...planHttpPorts(
      context,
      shards.filter(({ mode }) => PROTOCOLS[mode] === "http"),
    ),
    ...planForwardPorts(
      context,
      shards.filter(({ mode }) => mode === "passthrough"),
    ),
    ...planTcpPorts(
      context,
      shards.filter(({ mode }) => mode === "tcp"),
    ),
    ...shards.flatMap((shard) => PLANNERS[shard.mode](context, shard)),
  ];
  return withSyncWaves([...planned, ...planOwnerAccess(context, owners, planned)]);
}

/** A wildcard can't share a VirtualService with a host under it, and TCP hosts are told apart by their own routes. */
function isAlone(host: Host): boolean {
  return host.mode === "tcp" || standsAlone(host);
}
