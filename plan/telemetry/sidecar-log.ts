import { HTTP_CONNECTION_MANAGER, mergeInto, namespaceFilter, TCP_PROXY } from "../envoy-filter.ts";
import { inCallersNamespace, managedLabels } from "../labels.ts";
import type { Json, Manifest } from "../manifest.ts";
import type { LogPlan } from "./access-log.ts";
import { monitoredSidecars } from "./exemptions.ts";
import { allOf, anyOf, ENDED, filtered, flagged, type LogFilter, where, without } from "./log-filter.ts";
import { type Line, sidecarConnection, sidecarRequest } from "./log-lines.ts";
import { fileLogger } from "./providers.ts";

/**
 * A line on the standard output of a namespace's sidecars for each call that they send to a gateway. A request's has
 * the same `requestId` as the gateway's line, a connection's `localAddress` is the `sourceAddress` there.
 *
 * @param address the gateway's Service by its full name
 * @param namespace of the sidecars; `*` for all
 */
export function sidecarLog(
  { gateway, mesh, monitoring, exemptions }: LogPlan,
  address: string,
  namespace: string,
): Manifest {
  const toGateway = where(`has(xds.cluster_name) && xds.cluster_name.endsWith('|${address}')`);
  const filters = [ENDED, toGateway, ...monitoredSidecars(namespace, exemptions)];
  return namespaceFilter(inCallersNamespace({ gateway, mesh }, `${gateway.name}-log`, namespace), [
    logInto(HTTP_CONNECTION_MANAGER, sidecarRequest(monitoring, "info"), filters),
    logInto(TCP_PROXY, sidecarConnection("info"), filters),
  ]);
}

/** What a sidecar does with hosts that nobody may call: istiod's route of that name answers 502. */
const NO_HOST = "has(xds.route_name) && xds.route_name == 'block_all'";
/**
 * It closes connections to what is not registered by sending them to this cluster, which has no endpoint, from these
 * filter chains: that of ports that it knows nothing of, and what is left over on those that it does.
 */
const NOWHERE = "has(xds.cluster_name) && xds.cluster_name == 'BlackHoleCluster'";
const TO_NOWHERE = ["virtualOutbound-catchall-tcp", "PassthroughFilterChain"];

/**
 * What a sidecar can't read, such as a request of more than a hundred headers: it answers that itself. What breaks the
 * protocol later, in its body, has a host, and went to a gateway.
 */
const UNREADABLE = allOf(flagged("DPE"), without(":authority"));

/**
 * A line at level error on the standard output of a locked namespace's sidecars for each call that they refuse: of a
 * host that nobody there may call, and of what they can't read, no gateway hears.
 */
export function refusalLog(namespace: string): Manifest {
  const line = sidecarRequest({ query: "strip", headers: [], redactHeaders: [] }, "error");
  return namespaceFilter({ name: "sallyport-refusals", namespace, labels: managedLabels() }, [
    logInto(HTTP_CONNECTION_MANAGER, line, [ENDED, anyOf(UNREADABLE, where(`${NO_HOST} || ${NOWHERE}`))]),
    ...TO_NOWHERE.map((chain) =>
      logInto(TCP_PROXY, sidecarConnection("error"), [ENDED, where(NOWHERE)], chain),
    ),
  ]);
}

/** A logger in the sidecars' filters of a kind, in those of one filter chain where it is named. */
function logInto(
  kind: Parameters<typeof mergeInto>[0],
  line: Line,
  filters: readonly LogFilter[],
  chain?: string,
): Json {
  const logger = { access_log: [{ ...fileLogger("/dev/stdout", line), ...filtered(filters) }] };
  return mergeInto(kind, logger, { context: "SIDECAR_OUTBOUND", ...(chain === undefined ? {} : { chain }) });
}
