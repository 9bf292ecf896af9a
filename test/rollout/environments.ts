import fc from "fast-check";
import {
  completeGateway,
  completeHosts,
  completeLockdown,
  completeMesh,
  completeMonitoring,
  type HostInput,
} from "../../model/complete.ts";
import type { Host } from "../../model/environment.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";

export const mesh = completeMesh(undefined);
const PORTS = [
  { port: 80, protocol: "http" as const },
  { port: 443, protocol: "tls" as const },
  { port: 5432, protocol: "tcp" as const },
  { port: 5433, protocol: "tcp" as const },
  { port: 8080, protocol: "http" as const },
];
/** The gateways of random environments. */
export const gateways = ["egress", "partners"].map((name) =>
  completeGateway({ name, namespace: name, ports: PORTS }, mesh),
);

const caller = fc.oneof(
  fc.constantFrom("news", "shop").map((namespace) => ({ from: { namespace } })),
  fc.constantFrom("news/politics", "shop/cart").map((serviceAccount) => ({ from: { serviceAccount } })),
);
const allow = fc.array(caller, { minLength: 1, maxLength: 3 });
const number = fc.integer({ min: 0, max: 12 });
const gateway = fc.constantFrom(0, 1);
const retries = fc.option(fc.constant({ attempts: 0 }), { nil: undefined });

const paths = fc.option(
  fc.subarray(["/health", "/sport/x", "/sport/*", "/a/{*}/b", "*.json"], { minLength: 1 }),
  { nil: undefined },
);
const methods = fc.option(fc.subarray(["GET", "POST"], { minLength: 1 }), { nil: undefined });
const account = fc.constantFrom("news/politics", "shop/cart").map((serviceAccount) => ({ serviceAccount }));
const whole = fc.constantFrom("news", "shop").map((namespace) => ({ namespace }));
/** Denials by identity: one by path can't be beside a rule that allows every path. */
const deny = fc.array(fc.record({ from: fc.oneof(account, whole) }), { maxLength: 1 });

/** A host whose rules look at requests, in both ways to refuse. */
const ruled = fc.oneof(
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constantFrom("none" as const, "originate" as const),
    allow: fc.array(fc.record({ from: fc.oneof(account, whole), paths, methods }), {
      minLength: 1,
      maxLength: 3,
    }),
    deny,
  }),
  fc
    .record({
      gateway,
      host: number.map(named),
      tls: fc.constant("none" as const),
      refuse: fc.constant("not-found" as const),
      from: fc.oneof(account, whole),
      requests: fc.array(fc.record({ paths: paths.filter((some) => some !== undefined), methods }), {
        minLength: 1,
        maxLength: 2,
      }),
      deny,
    })
    .map(({ from, requests, ...rest }) => ({
      ...rest,
      allow: requests.map((request) => ({ from, ...request })),
    })),
);

/** A host on one of the gateways: HTTP in each of its ways, TLS, a wildcard in each of its, TCP by name and by address. */
const host = fc.oneof(
  { weight: 3, arbitrary: ruled },
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constantFrom("none" as const, "passthrough" as const),
    allow,
  }),
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constantFrom("none" as const, "originate" as const),
    port: fc.constantFrom(80, 8080),
    retries,
    allow,
  }),
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constant("mutual" as const),
    clientSecret: fc.constantFrom("one", "two"),
    allow,
  }),
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constant("none" as const),
    limits: fc.constant({ connections: 10 }),
    allow,
  }),
  fc.record({
    gateway,
    host: fc.constantFrom("*.wild.example.com", "*.open.example.com"),
    tls: fc.constantFrom("none" as const, "originate" as const, "passthrough" as const),
    allow,
  }),
  fc.record({
    gateway,
    host: fc.constant("*.wild.example.com"),
    tls: fc.constant("mutual" as const),
    clientSecret: fc.constantFrom("one", "two"),
    allow,
  }),
  fc.record({
    gateway,
    host: fc.constantFrom("*.wild.example.com", "*.common.example.com"),
    tls: fc.constant("passthrough" as const),
    server: fc.constantFrom("www.common.example.com", "cdn.example.com"),
    allow,
  }),
  fc.record({
    gateway,
    host: number.map(named),
    tls: fc.constant("originate" as const),
    rateLimit: fc.constantFrom(
      { requests: 5, per: "second" as const },
      { requests: 9, per: "hour" as const },
    ),
    upstreamPort: fc.constantFrom(443, 8443),
    allow,
  }),
  fc
    .record({ gateway, index: number, tls: fc.constant("tcp" as const), port: fc.constant(5432), allow })
    .map(({ index, ...rest }) => ({
      ...rest,
      host: `tcp${index}.example.com`,
      addresses: [`198.51.100.${index}/32`, `203.0.${index * 4}.0/23`],
    })),
  fc.record({
    gateway,
    host: fc.constant("db.example.com"),
    tls: fc.constant("tcp" as const),
    port: fc.constant(5433),
    allow,
  }),
);

function named(index: number): string {
  return `h${index}.example.com`;
}

/** A host of a random environment. */
export type RandomHost = typeof host extends fc.Arbitrary<infer T> ? T : never;
/** A random environment. */
export type RandomEnvironment = typeof environment extends fc.Arbitrary<infer T> ? T : never;

/** Two such lists are often alike: hosts come and go, change their callers, their mode and their gateway. */
export const hosts = fc.uniqueArray(host, {
  maxLength: 10,
  selector: (one) =>
    `${one.host} ${("port" in one ? one.port : undefined) ?? (one.tls === "passthrough" ? 443 : 80)}`,
});

/** The namespaces of the hosts' callers. */
export const CALLERS = ["news", "shop"];

/** Gateways come and go with their hosts, and some callers are locked down. */
export const environment = fc.record({ hosts, locked: fc.subarray(CALLERS) });

/** All that an environment takes. */
export function planned({ hosts, locked }: RandomEnvironment): PlannedObject[] {
  const used = gateways.filter((_, index) => hosts.some(({ gateway }) => gateway === index));
  return planEnvironment({
    name: "test",
    mesh,
    gateways: used,
    lockdown: completeLockdown(
      locked.map((namespace) => ({ namespace })),
      used,
      mesh,
    ),
    monitoring: completeMonitoring(undefined),
    hosts: hostsOf(hosts),
  });
}

/** The hosts with all defaults. */
export function hostsOf(hosts: readonly RandomHost[]): Host[] {
  return gateways.flatMap((one, index) =>
    completeHosts(
      hosts
        .filter((host) => host.gateway === index)
        .map(({ gateway: _, ...host }) => withoutUndefined(host) as HostInput),
      one,
    ),
  );
}

function withoutUndefined(host: object): object {
  return JSON.parse(JSON.stringify(host)) as object;
}
