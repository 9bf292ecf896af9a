import type { Json, Manifest, PlannedObject } from "../../manifest.ts";
import { accessPolicy } from "../access/allow.ts";
import { anchorHost } from "../anchor.ts";
import { gatewayReference, type HostsContext, shardMetadata } from "../context.ts";
import { sharedUpstream } from "../http/upstream.ts";
import { meshVirtualService, toGateway } from "../mesh-route.ts";
import type { Shard } from "../shards.ts";
import { connectName, destinationsOf } from "./destinations.ts";

/**
 * Mode `tcp`: the application speaks anything. Its sidecar asks the gateway by HTTP CONNECT, inside the hop's mutual
 * TLS, for the host, or for the address that the application called where addresses are declared; the gateway connects
 * there if policy lets it.
 *
 * Envoy's policy on plain connections looks when the first byte comes from the caller. A server that speaks first
 * would have greeted a caller without a grant by then; a CONNECT is looked at before anything is opened.
 */
export function planTcp(context: HostsContext, shard: Shard): PlannedObject[] {
  return [
    { wave: "routes", manifest: gatewayRoute(context, shard) },
    { wave: "routes", manifest: accessPolicy(context, shard) },
    { wave: "mesh", manifest: meshRoute(context, shard) },
  ];
}

/** A policy's prefix says nothing of the port, so the route does. */
function gatewayRoute(context: HostsContext, shard: Shard): Manifest {
  const [host] = shard.hosts;
  const { port } = shard;
  const upstream = sharedUpstream(context, host);
  const match = destinationsOf(host).map((name): Json => ({ port, authority: authority(name, port) }));
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: shardMetadata(context, shard, "-gateway"),
    spec: {
      hosts: ["*"],
      exportTo: ["."],
      gateways: [gatewayReference(context)],
      http: [
        {
          name: host.host,
          match,
          route: [{ destination: { host: upstream.host, port: { number: upstream.port } } }],
          retries: { attempts: 0 },
        },
      ],
    },
  };
}

function authority(name: string, port: number): Json {
  const start = connectName(name, port);
  if (!name.endsWith("*")) return { exact: start };
  const rest = name.includes(":") ? "[0-9a-f:]*\\]" : "[0-9.]+";
  return { regex: `${start.slice(0, -1).replace(/[[.]/g, "\\$&")}${rest}:${port}` };
}

function meshRoute(context: HostsContext, shard: Shard): Manifest {
  const { port, settings, hosts } = shard;
  const { addresses } = settings;
  const match: Json = [{ port, ...(addresses === undefined ? {} : { destinationSubnets: addresses }) }];
  return meshVirtualService(context, shard, [anchorHost(context, port), hosts[0].host], {
    tcp: [{ match, route: toGateway(context, port) }],
  });
}
