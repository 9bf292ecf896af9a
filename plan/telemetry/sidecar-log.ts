import { HTTP_CONNECTION_MANAGER, mergeInto, namespaceFilter, TCP_PROXY } from "../envoy-filter.ts";
import { inCallersNamespace, managedLabels } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import type { LogPlan } from "./access-log.ts";
import { monitoredSidecars } from "./exemptions.ts";
import { ENDED, filtered, type LogFilter, where } from "./log-filter.ts";
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
  return loggingFilter(inCallersNamespace({ gateway, mesh }, `${gateway.name}-log`, namespace), [
    { line: sidecarRequest(monitoring, "info"), filters },
    { line: sidecarConnection("info"), filters },
  ]);
}

/** What a sidecar does with hosts that nobody may call: istiod's route of that name answers 502. */
const NO_HOST = "has(xds.route_name) && xds.route_name == 'block_all'";
/** It closes connections to what is not registered by sending them to this cluster, which has no endpoint. */
const NOWHERE = "has(xds.cluster_name) && xds.cluster_name == 'BlackHoleCluster'";

/**
 * A line at level error on the standard output of a locked namespace's sidecars for each call that they refuse: of a
 * host that nobody there may call, no gateway hears.
 */
export function refusalLog(namespace: string): Manifest {
  const line = sidecarRequest({ query: "strip", headers: [], redactHeaders: [] }, "error");
  return loggingFilter({ name: "sallyport-refusals", namespace, labels: managedLabels() }, [
    { line, filters: [ENDED, where(`${NO_HOST} || ${NOWHERE}`)] },
    { line: sidecarConnection("error"), filters: [ENDED, where(NOWHERE)] },
  ]);
}

interface Logger {
  readonly line: Line;
  readonly filters: readonly LogFilter[];
}

function loggingFilter(
  metadata: Manifest["metadata"],
  [requests, connections]: readonly [Logger, Logger],
): Manifest {
  const logger = ({ line, filters }: Logger) => ({
    access_log: [{ ...fileLogger("/dev/stdout", line), ...filtered(filters) }],
  });
  const context = "SIDECAR_OUTBOUND";
  return namespaceFilter(metadata, [
    mergeInto(HTTP_CONNECTION_MANAGER, logger(requests), { context }),
    mergeInto(TCP_PROXY, logger(connections), { context }),
  ]);
}
