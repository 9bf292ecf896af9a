import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects } from "../manifests/read.ts";
import type { Connections } from "../manifests/specs.ts";
import { addressOf } from "./addresses.ts";
import { domainOf, type Route, routeOf, withoutPort } from "./http-routes.ts";
import { nearest } from "./match.ts";
import { hopsSeen, meshRoutes, portsSeen, tunnelsIn } from "./mesh-routes.ts";
import type { Headers } from "./request.ts";
import { choosesFurther, seenIn } from "./seen.ts";
import type { Tell } from "./step.ts";

/** What an application asks of its own sidecar. */
export interface AskedSidecar {
  readonly scheme: "http" | "https" | "tcp";
  /** The name called. */
  readonly host: string;
  /** The address called, where that is known. */
  readonly address?: string;
  readonly port: number;
  readonly authority: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** Where a sidecar turns. */
export type Turn =
  | {
      readonly to: "gateway";
      /** The gateway's Service by its full name, and the port there. */
      readonly service: string;
      readonly port: number;
      /** The name on the hop; undefined: the one that names the hop's own cluster. */
      readonly sni: string;
      /** A CONNECT instead of what was asked. */
      readonly tunnel?: string;
    }
  /**
   * By itself: no host of that name (502), a connection that is cut, no cluster for its own route (503), or out past
   * every gateway.
   */
  | { readonly to: "unknown-host" | "closed" | "unavailable" | "direct" }
  | { readonly to: "unknown"; readonly why: string };

/** What the sidecars of one namespace know. */
interface Sidecars {
  /** Every way that the manifests allow: of several objects for one host, the oldest wins, which they don't tell. */
  readonly turns: (asked: AskedSidecar, tell?: Tell) => readonly Turn[];
  readonly unsure: readonly string[];
}

interface Way extends Connections {
  /** An HTTP route's name. */
  readonly route?: string | undefined;
  readonly sni?: string;
  readonly tunnel?: string;
  /** What the application called, where it may be another than the tunnel's. */
  readonly called?: string;
}

/** The mesh's half of the way: what is seen in a namespace. */
export function sidecarsIn(namespace: string, objects: Objects, mesh: MeshSettings): Sidecars {
  const settings = objects("Sidecar").filter((one) => one.namespace === namespace);
  const chosen = settings.find(({ spec }) => spec.outboundTrafficPolicy?.mode !== undefined);
  const policy = chosen?.spec.outboundTrafficPolicy?.mode ?? mesh.outboundTrafficPolicy;
  const closed = policy === "REGISTRY_ONLY";
  const seen = seenIn(namespace, objects);
  const ports = portsSeen(seen);
  const routes = meshRoutes(seen, ports);
  const hops = hopsSeen(seen);
  const tunnels = tunnelsIn(namespace, objects);

  const follow = ({ object, route, destinations, sni, tunnel, called }: Way, tell: Tell): Turn[] =>
    destinations.map(({ destination: { host, subset, port } }) => {
      const whatever = called === tunnel ? "" : ", whatever was called";
      const asking = tunnel === undefined || tunnel === "" ? "" : `, to be connected to ${tunnel}${whatever}`;
      tell?.({
        at: "sidecar",
        passes: true,
        object,
        ...(route === undefined ? {} : { route }),
        says: `turns to ${host} on port ${port?.number}${asking}`,
      });
      const hop = hops.get(`${host} ${subset ?? ""}`);
      if (hop === undefined) {
        tell?.({ at: "hop", passes: false, says: `no DestinationRule that ${namespace} sees has this way` });
        return { to: "unavailable" };
      }
      const isMutual = hop.tls?.mode === "ISTIO_MUTUAL";
      tell?.({
        at: "hop",
        passes: true,
        object: hop.object,
        says: `speaks ${isMutual ? "mutual TLS with the account's own certificate" : "no mutual TLS of Istio's"}`,
      });
      return {
        to: "gateway",
        service: host,
        port: port?.number ?? 0,
        sni: sni ?? `outbound_.${port?.number}_.${subset ?? ""}_.${host}`,
        ...(tunnel === undefined ? {} : { tunnel }),
      };
    });

  /** What no route takes goes out as it is, unless the sidecars know no way but what is registered. */
  const leave = (refusal: "unknown-host" | "closed", { host, port }: AskedSidecar, tell: Tell): Turn[] => {
    tell?.({
      at: "sidecar",
      passes: !closed,
      ...(chosen === undefined ? {} : { object: chosen.key }),
      says: `${closed ? "refuses" : "lets go past every gateway"} what ${namespace} has no route for: ${host}:${port}`,
    });
    return [{ to: closed ? refusal : "direct" }];
  };
  const refuse = (to: "closed" | "unavailable", says: string, tell: Tell): Turn[] => {
    tell?.({ at: "sidecar", passes: false, says });
    return [{ to }];
  };

  return {
    turns: (asked, tell) => {
      const { port, host, scheme, authority } = asked;
      const called = asked.address ?? host;
      const onPort = routes.tcp.get(port) ?? [];
      if (onPort.some(({ isByAddress }) => isByAddress) && addressOf(called) === undefined) {
        const why = `on port ${port} the address that is called decides, and that of ${host} is not known`;
        tell?.({ at: "sidecar", passes: false, says: why });
        return [{ to: "unknown", why }];
      }
      const connections = onPort.filter(({ takes }) => takes(called));
      if (connections.length > 0)
        return connections.flatMap(({ object, destinations }) =>
          (tunnels.get(port) ?? [""]).flatMap((name) => {
            const own = authorityOf(asked);
            const tunnel = name === CALLED_ADDRESS ? own : name;
            return follow({ object, destinations, tunnel, called: own }, tell);
          }),
        );
      // The rest of such a port goes to what is registered on it, which has no endpoint.
      if (onPort.some(({ isByAddress }) => isByAddress) && !ports.http.has(port))
        return refuse(
          "closed",
          `cuts what is called on port ${port} at other addresses than those declared`,
          tell,
        );
      if (scheme === "https") {
        const name = host.toLowerCase();
        const ways = nearest(routes.tls.get(port) ?? new Map<string, readonly Connections[]>(), name);
        if (ways !== undefined) return ways.flatMap((way) => follow({ ...way, sni: name }, tell));
        if (!ports.http.has(port)) return leave("closed", asked, tell);
        return refuse("closed", `HTTP is spoken on port ${port}, and this is TLS`, tell);
      }
      if (scheme === "tcp" || !ports.http.has(port)) return leave("closed", asked, tell);
      const virtual = domainOf(routes.http.get(port) ?? new Map<string, readonly Route[][]>(), authority);
      if (virtual !== undefined)
        return virtual.flatMap((own): Turn[] => {
          const route = routeOf(own, asked);
          if (route === undefined) return refuse("unavailable", "none of the host's routes takes it", tell);
          return follow({ ...route, route: route.name }, tell);
        });
      if (ports.registered.has(`${withoutPort(authority).toLowerCase()}:${port}`))
        return refuse("unavailable", "the host is registered, and has no route", tell);
      return leave("unknown-host", asked, tell);
    },
    unsure: settings
      .filter(({ spec }) => choosesFurther(spec))
      .map(({ key }) => `${key} chooses what sidecars see`),
  };
}

const CALLED_ADDRESS = "%DOWNSTREAM_LOCAL_ADDRESS%";

function authorityOf({ address, host, port }: AskedSidecar): string {
  const called = address ?? host;
  return called.includes(":") ? `[${called.replace(/[[\]]/g, "")}]:${port}` : `${called}:${port}`;
}
