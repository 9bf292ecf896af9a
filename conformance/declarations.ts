import fc from "fast-check";
import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";
import type { Json } from "../plan/manifest.ts";

export const ENVIRONMENT = "conformance";
/** Where the callers live, and their accounts. */
export const NAMESPACES = ["conf-news", "conf-shop"] as const;
export const ACCOUNTS = ["reader", "editor"] as const;
export const GATEWAYS = [
  { name: "egress", namespace: "conf-egress" },
  { name: "partners", namespace: "conf-partners" },
] as const;

/** Names whose server on the lab's internet answers every path with 200. */
export const NAMES = [0, 1, 2, 3, 4].map((number) => `h${number}.wild.example.com`);
export const WILDCARD = "*.wild.example.com";
/** Addresses where a server greets whoever connects. */
export const ADDRESSES = ["198.51.100.20", "198.51.100.21"] as const;
export const TCP_PORT = 5432;
/** Another port for HTTP, beside 80. */
export const OTHER_PORT = 8000;

const caller = fc.oneof(
  fc.record({ namespace: fc.constantFrom(...NAMESPACES) }),
  fc
    .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
    .map(([namespace, account]) => ({ serviceAccount: `${namespace}/${account}` })),
);
const allow = fc.array(
  caller.map((from) => ({ from })),
  { minLength: 1, maxLength: 3 },
);
const gateway = fc.constantFrom(...GATEWAYS.map(({ name }) => name));
const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, fc.constant(WILDCARD));

/** A host in each of its ways: HTTP on both ports, plain and with TLS from the gateway, TLS, TCP by address. */
const host = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ host: name, tls: fc.constantFrom("none", "originate"), gateway, allow }),
  },
  { weight: 3, arbitrary: fc.record({ host: name, tls: fc.constant("passthrough"), gateway, allow }) },
  {
    weight: 2,
    arbitrary: fc.record({
      host: fc.constantFrom(...NAMES),
      tls: fc.constant("none"),
      port: fc.constant(OTHER_PORT),
      upstreamPort: fc.constant(80),
      gateway,
      allow,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...ADDRESSES).chain((address) =>
      fc.record({
        host: fc.constant(`tcp-${address.split(".").at(-1)}.example.com`),
        tls: fc.constant("tcp"),
        port: fc.constant(TCP_PORT),
        addresses: fc.constant([`${address}/32`]),
        gateway,
        allow,
      }),
    ),
  },
);

/** The environments that may be declared. */
export const environment: fc.Arbitrary<Environment> = fc
  .array(host, { minLength: 6, maxLength: 14 })
  .map(load)
  .filter((loaded) => loaded !== undefined);

/** Nothing where check refuses it. */
function load(hosts: readonly Json[]): Environment | undefined {
  const text = JSON.stringify({
    environment: ENVIRONMENT,
    gateways: GATEWAYS.map((gateway) => ({
      ...gateway,
      replicas: { min: 1, max: 1 },
      drainSeconds: 1,
      ports: [
        { port: 80, protocol: "http" },
        { port: 443, protocol: "tls" },
        { port: OTHER_PORT, protocol: "http" },
        { port: TCP_PORT, protocol: "tcp" },
      ],
    })),
    lockdown: NAMESPACES.map((namespace) => ({ namespace })),
    owner: "conformance",
    hosts,
  });
  return loadEnvironment("conformance.yaml", {
    files: { identify: (name) => name, read: () => ({ text }) },
  }).environment;
}
