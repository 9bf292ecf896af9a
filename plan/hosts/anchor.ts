import type { Protocol } from "../../model/values/protocols.ts";
import { inGatewayNamespace } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import { type HostsContext, internalHost } from "./context.ts";
import { NO_ADDRESS, serviceEntry } from "./service-entry.ts";

/**
 * What a sidecar's listener for a port exists for. Hosts have no ServiceEntry of their own: on a port other than 80
 * istiod takes those VirtualServices one of whose hosts is registered there, and then for all of their hosts.
 */
export function anchorHost(context: HostsContext, port: number): string {
  return internalHost(context, `port-${port}`);
}

/**
 * Makes the sidecars listen on a port. It has no endpoints, so nothing leaves by it.
 *
 * @param namespaces the namespaces that were granted a host on this port, sorted
 */
export function anchor(
  context: HostsContext,
  port: number,
  protocol: Protocol,
  namespaces: readonly string[],
): Manifest {
  const { gateway } = context;
  const metadata = inGatewayNamespace(gateway, `${gateway.name}-port-${port}`, NO_ADDRESS);
  return serviceEntry(metadata, {
    hosts: [anchorHost(context, port)],
    exportTo: namespaces,
    resolution: "STATIC",
    port,
    protocol,
  });
}
