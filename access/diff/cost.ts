import type { Manifest } from "../../plan/manifest.ts";
import { isSeenIn, type Objects, readObjects } from "../manifests/read.ts";
import type { VirtualService } from "../manifests/specs.ts";
import type { ObjectsDiff } from "./objects.ts";

/**
 * What a proxy's configuration takes, in bytes of config_dump: a line through the sizes that docs/performance.md
 * published for 10 to 1,000 hosts, half of them TLS by SNI and half HTTP. What the mesh's own Services take, which is
 * another number in every mesh, is not part of it; so only differences are told.
 */
const BYTES = {
  /** In the sidecars of a namespace that may call it. */
  sidecarHost: 1_490,
  gatewayHost: 378,
  /** An object in the gateway's namespace. */
  gatewayObject: 2_515,
} as const;

/** What a change costs. */
export interface Cost {
  readonly objects: { readonly before: number; readonly after: number };
  /** By how many bytes the configuration of the proxies grows, an estimate; those whose does not are left out. */
  readonly configuration: readonly { readonly proxies: string; readonly bytes: number }[];
  /** The Deployments whose pods are replaced one after the other, as `kind/namespace/name`. */
  readonly restarts: readonly string[];
}

/** What a change costs: objects, bytes of proxies' configuration, restarts. */
export function costOf(
  before: readonly Manifest[],
  after: readonly Manifest[],
  { changed }: ObjectsDiff,
): Cost {
  const [was, is] = [configurationOf(before), configurationOf(after)];
  const proxies = [...new Set([...was.keys(), ...is.keys()])].sort();
  return {
    objects: { before: before.length, after: after.length },
    configuration: proxies
      .map((name) => ({ proxies: name, bytes: (is.get(name) ?? 0) - (was.get(name) ?? 0) }))
      .filter(({ bytes }) => bytes !== 0),
    restarts: changed
      .filter(({ object, fields }) => object.startsWith("Deployment/") && fields.some(isOfPods))
      .map(({ object }) => object),
  };
}

function isOfPods(field: string): boolean {
  return field.startsWith("spec.template");
}

/** By proxies, such as `sidecars of news`: what they hold of all this, in bytes. */
function configurationOf(manifests: readonly Manifest[]): ReadonlyMap<string, number> {
  const objects = readObjects(manifests);
  return new Map([...sidecars(objects), ...gateways(objects, manifests)]);
}

function sidecars(objects: Objects): [string, number][] {
  const services = objects("VirtualService").filter(({ spec }) =>
    (spec.gateways ?? ["mesh"]).includes("mesh"),
  );
  const namespaces = new Set(services.flatMap(({ spec }) => spec.exportTo ?? ["*"]));
  return [...namespaces].map((namespace) => {
    const seen = services.filter((service) => isSeenIn(namespace, service));
    const hosts = new Set(seen.flatMap(({ spec }) => spec.hosts.map((host) => `${host} ${kindOf(spec)}`)));
    const who = namespace === "*" ? "every sidecar" : `sidecars of ${namespace}`;
    return [who, hosts.size * BYTES.sidecarHost];
  });
}

/** A host counts for HTTP and for TLS: each has an entry of its own. */
function kindOf({ tls }: VirtualService): string {
  return tls === undefined ? "http" : "tls";
}

function gateways(objects: Objects, manifests: readonly Manifest[]): [string, number][] {
  const namespaces = new Set(objects("Gateway").map(({ namespace }) => namespace));
  return [...namespaces].map((namespace) => {
    const own = manifests.filter(({ metadata }) => metadata.namespace === namespace);
    const hosts = new Set(
      objects("AuthorizationPolicy")
        .filter((policy) => policy.namespace === namespace)
        .flatMap(({ spec }) => spec.rules ?? [])
        .flatMap(({ to = [], when = [] }) => [
          ...to.flatMap(({ operation }) => operation?.hosts ?? []),
          ...when.filter(({ key }) => key === "connection.sni").flatMap(({ values = [] }) => values),
        ])
        .map((host) => host.replace(/:\d+$/, "")),
    );
    return [`gateways in ${namespace}`, own.length * BYTES.gatewayObject + hosts.size * BYTES.gatewayHost];
  });
}
