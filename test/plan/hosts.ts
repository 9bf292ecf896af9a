import {
  completeGateway,
  completeHosts,
  completeMesh,
  completeMonitoring,
  type HostInput,
} from "../../model/complete.ts";
import type { Environment } from "../../model/environment.ts";
import { planHosts } from "../../plan/hosts/hosts.ts";
import { type Json, type Manifest, objectKey } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";

const mesh = completeMesh(undefined);
/** A gateway with a port of each protocol, and two for HTTP. */
export const gateway = completeGateway(
  {
    name: "egress",
    namespace: "egress",
    ports: [
      { port: 80, protocol: "http" },
      { port: 443, protocol: "tls" },
      { port: 5432, protocol: "tcp" },
      { port: 8080, protocol: "http" },
    ],
  },
  mesh,
);

/** A host without callers; the namespace news may call it. */
export type Planned = Omit<HostInput, "allow">;

/** A host of each kind. */
export const EVERY_KIND: readonly Planned[] = [
  { host: "a.example.com", tls: "none" },
  { host: "a.example.com", tls: "passthrough" },
  {
    host: "a.example.com",
    tls: "originate",
    port: 8080,
    upstreamPort: 8443,
    timeout: "15s",
    rateLimit: { requests: 1 },
  },
  { host: "b.example.com", tls: "mutual", clientSecret: "one" },
  {
    host: "c.example.com",
    tls: "originate",
    caSecret: "ca",
    limits: { requests: 1 },
    outlierDetection: {},
  },
  { host: "*.example.org", tls: "passthrough", server: "www.example.org" },
  { host: "*.example.net", tls: "none" },
  { host: "d.example.com", tls: "tcp", port: 5432, addresses: ["198.51.100.1/32", "2001:db8::1/128"] },
];

/** Everything that some hosts take, all granted to the namespace news. */
export function planned(...hosts: readonly Planned[]): Manifest[] {
  const allow = [{ from: { namespace: "news" } }];
  const complete = completeHosts(
    hosts.map((host) => ({ ...host, allow })),
    gateway,
  );
  return planHosts({ gateway, mesh, monitoring: completeMonitoring(undefined), hosts: complete }).map(
    ({ manifest }) => manifest,
  );
}

/** What in a plan is not there without any host. */
export function added(manifests: readonly Manifest[]): Manifest[] {
  const known = new Set(planned().map(objectKey));
  return manifests.filter((manifest) => !known.has(objectKey(manifest)));
}

/** The objects of a kind, those whose names fit alone. */
export function ofKind(manifests: readonly Manifest[], kind: string, name = /(?:)/): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind && name.test(manifest.metadata.name));
}

/** The one object of a kind. @throws if there is another number of them */
export function only(manifests: readonly Manifest[], kind: string, name = /(?:)/): Manifest {
  const [found, ...more] = ofKind(manifests, kind, name);
  if (found === undefined || more.length > 0)
    throw new Error(`${kind} ${name}: ${ofKind(manifests, kind).map(objectKey).join(", ") || "none"}`);
  return found;
}

/** The spec of the one object of a kind, as the caller knows it. @throws if there is another number of them */
export function specOf<T>(manifests: readonly Manifest[], kind: string, name?: RegExp): T {
  return only(manifests, kind, name).spec as T;
}

/** The values of a key, wherever it stands. */
export function valuesOf(data: Json, key: string): Json[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).flatMap(([name, value]: [string, Json]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

/** An environment of hosts behind the one gateway. */
export function environment(inputs: readonly HostInput[]): Environment {
  return {
    name: "test",
    mesh,
    gateways: [gateway],
    lockdown: [],
    monitoring: completeMonitoring(undefined),
    hosts: completeHosts(inputs, gateway),
  };
}

/** Each object of such an environment, by its key, as text. */
export function printed(inputs: readonly HostInput[]): ReadonlyMap<string, string> {
  return new Map(
    planEnvironment(environment(inputs)).map(({ manifest }) => [
      objectKey(manifest),
      JSON.stringify(manifest),
    ]),
  );
}

/** The objects that only one of two has, or that differ. */
export function changedKeys(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key));
}
