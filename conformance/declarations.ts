import fc from "fast-check";
import type { Environment } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";
import type { Json } from "../plan/manifest.ts";
import { ISSUER, jwks } from "./tokens.ts";

export const ENVIRONMENT = "conformance";
/** Where the callers live, and their accounts. */
export const NAMESPACES = ["conf-news", "conf-shop"] as const;
export const ACCOUNTS = ["reader", "editor"] as const;
export const GATEWAYS = [
  { name: "egress", namespace: "conf-egress" },
  { name: "partners", namespace: "conf-partners" },
] as const;

/** The lab's authorizer over each of its protocols. A gateway asks one. */
export const AUTHORIZERS = {
  egress: { name: "iam-grpc", port: 9000, protocol: "grpc" },
  partners: { name: "iam-http", port: 8000, protocol: "http" },
} as const;

/** Names whose server on the lab's internet answers every path with 200. */
export const NAMES = [0, 1, 2, 3, 4].map((number) => `h${number}.wild.example.com`);
const WILDCARD = "*.wild.example.com";
/** Addresses where a server greets whoever connects. */
export const ADDRESSES = ["198.51.100.20", "198.51.100.21"] as const;
export const TCP_PORT = 5432;
/** Another port for HTTP, beside 80. */
export const OTHER_PORT = 8000;

const account = fc
  .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
  .map(([namespace, account]) => ({ serviceAccount: `${namespace}/${account}` }));
const namespace = fc.record({ namespace: fc.constantFrom(...NAMESPACES) });
const caller = fc.oneof(account, namespace);
const plain = fc.array(fc.record({ from: caller }), { minLength: 1, maxLength: 3 });

/** What rules may look at; the calls are made of the same. */
const paths = fc.subarray(["/", "/health", "/sport", "/sport/*", "*.json", "/{*}/scores", "/b/{**}"], {
  minLength: 1,
  maxLength: 3,
});
const methods = fc.subarray(["GET", "POST", "PUT"], { minLength: 1 });
const headers = fc.constantFrom({ "x-team": ["news"] }, { "x-team": ["s*", "*S"] });
const except = fc.array(account, { minLength: 1, maxLength: 1 });
const users = fc.constantFrom(
  { issuer: "corp" },
  { issuer: "corp", claims: { groups: ["editors"] } },
  { issuer: "corp", claims: { groups: ["e*"], team: ["*s"] } },
);
const looking = { requiredKeys: ["from"] as ["from"] };
const allowing = fc.record({ from: caller, paths, methods, headers, except }, looking);
const allowingUsers = fc.record({ from: caller, paths, users }, { requiredKeys: ["from", "users"] });
const denying = fc.record(
  { from: caller, paths, methods, headers, except, mode: fc.constantFrom("audit", "enforce") },
  looking,
);
const refusal = {
  allow: fc.array(fc.oneof({ weight: 4, arbitrary: allowing }, { weight: 1, arbitrary: allowingUsers }), {
    minLength: 1,
    maxLength: 3,
  }),
  deny: fc.array(denying, { maxLength: 2 }),
};
/** One that is refused as not found can't tell callers apart. */
const hidden = fc.record({ from: namespace, paths }).map((rule) => [rule]);

const gateway = fc.constantFrom(...GATEWAYS.map(({ name }) => name));
/** A gateway, and now and then its authorizer. */
const asking = fc
  .tuple(gateway, fc.constantFrom(true, false, false))
  .map(([gateway, asks]) => (asks ? { gateway, authorizer: AUTHORIZERS[gateway].name } : { gateway }));
const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, fc.constant(WILDCARD));
const web = { host: name, tls: fc.constantFrom("none", "originate") };
const otherPort = {
  host: fc.constantFrom(...NAMES),
  tls: fc.constant("none"),
  port: fc.constant(OTHER_PORT),
  upstreamPort: fc.constant(80),
};
const hides = { allow: hidden, refuse: fc.constant("not-found") };

/** HTTP on both ports, plain and with TLS from the gateway. */
const requests = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ ...web, allow: plain }) },
      { weight: 4, arbitrary: fc.record({ ...web, ...refusal }) },
      { weight: 2, arbitrary: fc.record({ ...web, ...hides }) },
      { weight: 2, arbitrary: fc.record({ ...otherPort, ...refusal }) },
      { weight: 1, arbitrary: fc.record({ ...otherPort, ...hides }) },
    ),
    asking,
  )
  .map(([host, asked]) => ({ ...host, ...asked }));
const tls = fc.record({ host: name, tls: fc.constant("passthrough"), gateway, allow: plain });
const tcp = fc.constantFrom(...ADDRESSES).chain((address) =>
  fc.record({
    host: fc.constant(`tcp-${address.split(".").at(-1)}.example.com`),
    tls: fc.constant("tcp"),
    port: fc.constant(TCP_PORT),
    addresses: fc.constant([`${address}/32`]),
    gateway,
    allow: plain,
  }),
);

/** A host in each of its ways: requests, TLS by its name, TCP by address. */
const host = fc.oneof(
  { weight: 11, arbitrary: requests },
  { weight: 3, arbitrary: tls },
  { weight: 1, arbitrary: tcp },
);
/** One behind each gateway that asks, which nobody calls: the way to the authorizer is open for policies beside. */
const ASKING_HOSTS = GATEWAYS.map(({ name: gateway }) => ({
  host: `asking-${gateway}.example.com`,
  tls: "none",
  gateway,
  authorizer: AUTHORIZERS[gateway].name,
  allow: [{ from: { namespace: NAMESPACES[0] } }],
}));

/** The environments that may be declared. */
export const environment: fc.Arbitrary<Environment> = fc
  .uniqueArray(
    // Some rules make no sense together.
    host.filter((one) => load([one]) !== undefined),
    {
      minLength: 12,
      maxLength: 19,
      selector: (one) => `${one.host} ${"port" in one ? one.port : one.tls === "passthrough" ? 443 : 80}`,
    },
  )
  .map((hosts) => load([...hosts, ...ASKING_HOSTS]))
  .filter((loaded) => loaded !== undefined);

/** Nothing where check refuses it. */
function load(hosts: readonly Json[]): Environment | undefined {
  const text = JSON.stringify({
    environment: ENVIRONMENT,
    issuers: [{ name: "corp", issuer: ISSUER, jwks }],
    authorizers: Object.values(AUTHORIZERS).map((authorizer) => ({
      ...authorizer,
      service: "authorizer.iam.svc.cluster.local",
      timeout: "500ms",
    })),
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
