import { gatewaySelector } from "../../labels.ts";
import type { PlannedObject } from "../../manifest.ts";
import { type HostsContext, internalHost, shardMetadata } from "../context.ts";
import { serviceEntry } from "../service-entry.ts";
import type { Shard } from "../shards.ts";

/**
 * A wildcard whose names one server serves (document 001): the gateway has a filter chain of its own for the domain,
 * which leads to that server whatever the name. Nothing where a shard's names are resolved each by itself.
 *
 * The chain takes the domain's connections as soon as its Gateway is there, so its route is in force before: a domain
 * whose names were resolved each by itself would be dropped for a moment.
 */
export function planCommonServer(context: HostsContext, shard: Shard): PlannedObject[] {
  const { port, settings, hosts } = shard;
  const { server } = settings;
  if (server === undefined) return [];
  const { gateway } = context;
  const metadata = shardMetadata(context, shard, "-server");
  const [{ host }] = hosts;
  // Not by its own name: others may have that host with other settings.
  const destination = internalHost(context, `server-${shard.key}`);
  return [
    {
      wave: "registry",
      manifest: serviceEntry(metadata, {
        hosts: [destination],
        exportTo: ["."],
        resolution: "DNS",
        port,
        protocol: "tls",
        address: server,
      }),
    },
    {
      wave: "registry",
      manifest: {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata,
        spec: {
          hosts: [host],
          exportTo: ["."],
          gateways: [`${gateway.namespace}/${metadata.name}`],
          tcp: [
            { match: [{ port }], route: [{ destination: { host: destination, port: { number: port } } }] },
          ],
        },
      },
    },
    {
      wave: "routes",
      manifest: {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata,
        spec: {
          selector: gatewaySelector(gateway.name),
          servers: [
            {
              port: { number: port, name: `tls-${port}-server`, protocol: "TLS" },
              hosts: [`./${host}`],
              tls: { mode: "ISTIO_MUTUAL" },
            },
          ],
        },
      },
    },
  ];
}
