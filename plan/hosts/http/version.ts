import type { Json } from "../../manifest.ts";
import type { RouteMatch } from "../access/not-found.ts";
import type { HostsContext } from "../context.ts";
import { HTTP2_SUBSET } from "../hop.ts";
import { toGateway } from "../mesh-route.ts";

/** Tells the gateway which version of HTTP the application speaks, where the hop has another. It stays inside. */
export const VERSION_HEADER = "x-sallyport-protocol";

/**
 * The route in the mesh to hosts that share a cluster: over the hop's HTTP/2, whatever the application speaks. It is one
 * alone, as sidecars hold it once for each host.
 */
export function multiplexed(context: HostsContext, port: number, more: Readonly<Record<string, Json>>): Json {
  return [
    {
      match: [{ port }],
      route: toGateway(context, port, HTTP2_SUBSET),
      headers: { request: { set: { [VERSION_HEADER]: "%PROTOCOL%" } } },
      ...more,
    },
  ];
}

/** The match of those requests whose application speaks HTTP/2. */
export function spokenInHttp2(match: RouteMatch): RouteMatch {
  const headers = match.headers as Readonly<Record<string, Json>> | undefined;
  return { ...match, headers: { ...headers, [VERSION_HEADER]: { exact: "HTTP/2" } } };
}
