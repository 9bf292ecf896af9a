import fc from "fast-check";
import { gatewaySelector, labelsOf } from "../plan/labels.ts";
import type { Json, PlannedObject } from "../plan/manifest.ts";
import { withSyncWaves } from "../plan/sync-wave.ts";
import { ACCOUNTS, AUTHORIZERS, GATEWAYS, NAMES, NAMESPACES, OTHER_PORT, TCP_PORT } from "./declarations.ts";
import { ISSUER } from "./tokens.ts";

/** The gateways' listeners. */
const LISTENERS = ["10080", "10443", String(OTHER_PORT), String(TCP_PORT)];

const principal = fc.oneof(
  fc
    .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
    .map(([namespace, account]) => `cluster.local/ns/${namespace}/sa/${account}`),
  fc.constantFrom(...NAMESPACES.map((namespace) => `cluster.local/ns/${namespace}/*`)),
  fc.constantFrom("*", "*/sa/reader", "*editor", "*/ns/conf-news/sa/editor", "cluster.local/ns/conf-*"),
);
const namespace = fc.constantFrom("conf-news", "conf-*", "*-shop", "other");
const user = fc.constantFrom("*", `${ISSUER}/*`, `${ISSUER}/ann`, "*/bob", `${ISSUER}/a*`, "ann");
const host = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom(...NAMES.map((name) => `${name}:${OTHER_PORT}`)),
  fc.constantFrom("*", "*.example.com", "h1*", "H2.wild.EXAMPLE.com", "*:8000", "h0.wild.example.com:*"),
);
const path = fc.oneof(
  fc.constantFrom("/", "/health", "/sport", "/sport/scores", "/a.json"),
  fc.constantFrom("/sport*", "/sport/*", "/*", "*", "*.json", "*/scores"),
  fc.constantFrom("/{*}", "/sport/{*}", "/{*}/scores", "/sport/{**}", "/{*}/b/{**}", "/{**}"),
);
const method = fc.constantFrom("GET", "POST", "PUT", "DE*", "*", "*T", "CONNECT");
const header = fc.constantFrom("x-team", "X-Team").map((name) => `request.headers[${name}]`);
const team = fc.constantFrom("news", "shop", "*", "n*", "*p");
const claim = fc.constantFrom("groups", "team", "sub").map((name) => `request.auth.claims[${name}]`);
const claimed = fc.constantFrom("editors", "all", "*s", "ann", "*", "n*");
const sni = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom(
    "*",
    "*.wild.example.com",
    "h2*",
    "outbound_*",
    "outbound_.80_.http_.egress.conf-egress.svc.cluster.local",
  ),
);

/** A field now and then. */
const some = <T>(value: fc.Arbitrary<T>, weight: number) =>
  fc.oneof(
    { weight, arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }) },
    { weight: 100 - weight, arbitrary: fc.constant(undefined) },
  );

const source = fc
  .record({
    principals: some(principal, 60),
    notPrincipals: some(principal, 20),
    namespaces: some(namespace, 20),
    notNamespaces: some(namespace, 10),
    requestPrincipals: some(user, 10),
    notRequestPrincipals: some(user, 5),
  })
  .map(written);
const operation = fc
  .record({
    hosts: some(host, 50),
    notHosts: some(host, 10),
    ports: some(fc.constantFrom(...LISTENERS), 70),
    notPorts: some(fc.constantFrom(...LISTENERS), 5),
    paths: some(path, 50),
    notPaths: some(path, 20),
    methods: some(method, 20),
    notMethods: some(method, 10),
  })
  .map(written);
const requestConditions = [
  fc.record({ key: header, values: some(team, 70), notValues: some(team, 50) }),
  fc.record({ key: fc.constant("connection.sni"), values: some(sni, 70), notValues: some(sni, 50) }),
  fc.record({ key: fc.constant("destination.port"), values: some(fc.constantFrom(...LISTENERS), 90) }),
];
const callerConditions = [
  fc.record({ key: claim, values: some(claimed, 70), notValues: some(claimed, 40) }),
  fc.record({
    key: fc.constant("source.principal"),
    values: some(principal, 70),
    notValues: some(principal, 40),
  }),
  fc.record({
    key: fc.constant("source.namespace"),
    values: some(namespace, 70),
    notValues: some(namespace, 40),
  }),
];

type Condition = (typeof requestConditions | typeof callerConditions)[number];
const when = (...conditions: readonly Condition[]) =>
  fc.oneof(
    {
      weight: 1,
      arbitrary: fc.array(
        fc
          .oneof(...conditions)
          .map(written)
          .filter((one) => "values" in one || "notValues" in one),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { weight: 2, arbitrary: fc.constant(undefined) },
  );
const from = some(source.filter(isAsked), 70).map((sources) => sources?.map((source) => ({ source })));
const to = some(operation.filter(isAsked), 80).map((operations) =>
  operations?.map((operation) => ({ operation })),
);

// A rule that asks for nothing would decide all.
const rule = fc
  .record({ from, to, when: when(...requestConditions, ...callerConditions) })
  .map(written)
  .filter(isAsked);
/** Istio takes no CUSTOM rule that looks at who calls. */
const customRule = fc
  .record({ to, when: when(...requestConditions) })
  .map(written)
  .filter(isAsked);
const rulesOf = (rule: fc.Arbitrary<Json>) => fc.array(rule, { minLength: 1, maxLength: 2 });

const gateway = fc.constantFrom(...GATEWAYS);
const policy = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      gateway,
      action: fc.constantFrom("DENY", "DENY", "DENY", "ALLOW", "ALLOW"),
      dryRun: fc.constantFrom(true, false, false, false, false),
      rules: rulesOf(rule),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      gateway,
      action: fc.constant("CUSTOM"),
      // Istio has DENY and ALLOW policies on trial alone.
      dryRun: fc.constant(false),
      rules: rulesOf(customRule),
    }),
  },
);

/** AuthorizationPolicies of the gateways in every form, to stand beside the planned ones. */
export const policies: fc.Arbitrary<readonly PlannedObject[]> = fc
  .array(policy, { minLength: 3, maxLength: 6 })
  .map((list) =>
    withSyncWaves(
      list.map(({ gateway, action, dryRun, rules }, index) => ({
        wave: "routes",
        manifest: {
          apiVersion: "security.istio.io/v1",
          kind: "AuthorizationPolicy",
          metadata: {
            // A policy that changed its action would have the old one's rules too until a rollout contracts.
            name: `conformance-${action.toLowerCase()}-${index}`,
            namespace: gateway.namespace,
            labels: labelsOf(gateway.name),
            ...(dryRun ? { annotations: { "istio.io/dry-run": "true" } } : {}),
          },
          spec: {
            selector: { matchLabels: gatewaySelector(gateway.name) },
            action,
            ...(action === "CUSTOM" ? { provider: { name: AUTHORIZERS[gateway.name].name } } : {}),
            rules,
          },
        },
      })),
    ),
  );

function written(fields: Readonly<Record<string, Json | undefined>>): { readonly [field: string]: Json } {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

function isAsked(fields: object): boolean {
  return Object.keys(fields).length > 0;
}
