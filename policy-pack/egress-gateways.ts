import type { Objects, Read } from "../access/manifests/read.ts";
import type { VirtualService } from "../access/manifests/specs.ts";
import { GATEWAY_LABEL } from "../plan/labels.ts";

type Labels = Readonly<Record<string, string>>;

/** Whether labels are an egress gateway's: ours, or Istio's own. */
export function areOfEgressGateway(labels: Labels = {}): boolean {
  return labels[GATEWAY_LABEL] !== undefined || labels.istio === "egressgateway";
}

/** The Gateways (`namespace/name`) that callers reach from inside the mesh on their way out. */
export function egressGateways(objects: Objects): ReadonlySet<string> {
  const labelled = objects("Gateway").filter(({ spec }) => areOfEgressGateway(spec.selector));
  return new Set([
    ...labelled.map(({ namespace, name }) => `${namespace}/${name}`),
    ...hops(objects).flatMap(({ namespace, spec }) =>
      gatewaysOf(spec).map((name) => (name.includes("/") ? name : `${namespace}/${name}`)),
    ),
  ]);
}

/** The names inside the cluster that sidecars call egress gateways by. */
export function gatewayHosts(objects: Objects): ReadonlySet<string> {
  const services = objects("Service").filter(({ spec }) => areOfEgressGateway(spec.selector));
  return new Set([
    ...services.map(({ namespace, name }) => fullName(name, namespace)),
    ...hops(objects).flatMap(({ namespace, spec }) =>
      sidecarDestinations(spec).map((host) => fullName(host, namespace)),
    ),
  ]);
}

/** A short name is of the object's own namespace. */
export function fullName(host: string, namespace: string): string {
  return host.includes(".") || host === "*" ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** Whether a host is outside the cluster, or may be: short names and Kubernetes' own are inside. */
export function isOutside(host: string): boolean {
  return (host.includes(".") || host === "*") && !/\.svc(\.|$)|\.local$/.test(host);
}

/** Routes to outside hosts that begin in sidecars and go on at a Gateway: what they lead to is an egress gateway. */
function hops(objects: Objects): Read<VirtualService>[] {
  return objects("VirtualService").filter(
    ({ spec }) => spec.gateways.includes("mesh") && gatewaysOf(spec).length > 0 && spec.hosts.some(isOutside),
  );
}

function gatewaysOf({ gateways }: VirtualService): string[] {
  return gateways.filter((name) => name !== "mesh");
}

/** Where the routes lead that are for sidecars alone. */
function sidecarDestinations({ http = [], tls = [], tcp = [] }: VirtualService): string[] {
  return [...http, ...tls, ...tcp]
    .filter(({ match = [] }) => match.length > 0 && match.every(({ gateways }) => isMeshAlone(gateways)))
    .flatMap(({ route = [] }) => route.map(({ destination }) => destination.host));
}

function isMeshAlone(gateways: readonly string[] = []): boolean {
  return gateways.length > 0 && gateways.every((name) => name === "mesh");
}
