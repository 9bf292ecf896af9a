import fc from "fast-check";
import { expect, it } from "vitest";
import { diffOf } from "../../access/diff/diff.ts";
import { isFields, type Json, type Manifest } from "../../plan/manifest.ts";
import { gateway, istio, policy, READER } from "./manifests.ts";

const MANIFESTS: readonly Manifest[] = [
  ...gateway(),
  policy("ALLOW", [
    {
      from: [{ source: { principals: [READER], notNamespaces: ["shop"] } }],
      to: [{ operation: { hosts: ["one.example.com"], ports: ["10080"], notPaths: ["/a"] } }],
      when: [{ key: "request.headers[x-team]", values: ["news"] }],
    },
  ]),
  policy("DENY", [{ to: [{ operation: { paths: ["/private"] } }] }]),
  istio("RequestAuthentication", "users", { jwtRules: [{ issuer: "https://login.example.com" }] }),
  istio("EnvoyFilter", "tunnel", {
    configPatches: [
      {
        match: { listener: { name: "0.0.0.0_5432", portNumber: 5432 } },
        patch: { value: { typed_config: { tunneling_config: { hostname: "db:5432" } } } },
      },
    ],
  }),
  istio("VirtualService", "rich", {
    hosts: ["one.example.com"],
    http: [
      {
        match: [{ uri: { regex: "(?i)/a" }, headers: { x: { exact: "1" } }, withoutHeaders: { y: {} } }],
        directResponse: { status: 404 },
      },
    ],
    tcp: [{ match: [{ port: 5432, destinationSubnets: ["10.0.0.1", "nonsense"] }], route: [] }],
  }),
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "egress", namespace: "egress" },
    spec: {
      template: {
        metadata: { labels: { app: "egress" } },
        spec: {
          containers: [{ name: "istio-proxy", securityContext: { privileged: true } }],
          tolerations: [{ operator: "Exists" }],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "In", values: ["a"] }] }],
              },
            },
          },
        },
      },
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "egress", namespace: "egress" },
    spec: {
      podSelector: { matchLabels: { app: "egress" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 15020 }] }],
      egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }], ports: [{ port: 443 }] }],
    },
  },
  {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: { name: "log", namespace: "egress" },
    spec: { accessLogging: [{ disabled: false, providers: [{ name: "envoy" }] }] },
  },
  istio("EnvoyFilter", "log", {
    configPatches: [
      {
        match: { context: "GATEWAY", listener: { filterChain: { filter: { name: "tcp_proxy" } } } },
        patch: {
          value: { typed_config: { access_log: [{ name: "a", filter: { expression: "!(true)" } }] } },
        },
      },
    ],
  }),
];

/** Where fields and entries are, below a value. */
function placesIn(value: Json, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value))
    return value.flatMap((one: Json, index) => [[...at, index], ...placesIn(one, [...at, index])]);
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => [[...at, name], ...placesIn(one, [...at, name])]);
}

/** The value with something else at a place, or without it. */
function changed(value: Json, [first, ...rest]: readonly (string | number)[], to: Json | undefined): Json {
  if (first === undefined) return value;
  const inner = (one: Json) => (rest.length > 0 ? changed(one, rest, to) : to);
  if (Array.isArray(value))
    return value.flatMap((one: Json, index) => (index === first ? [inner(one) ?? []].flat() : [one]));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const own = name === first ? inner(one) : one;
      return own === undefined ? [] : [[name, own]];
    }),
  );
}

const PLACES = MANIFESTS.flatMap(({ spec = null }, index) =>
  placesIn(spec).map((place) => ({ index, place })),
);
const otherwise = fc.constantFrom<Json | undefined>(undefined, undefined, null, 7, "text", [], {}, [7], {
  a: 7,
});

it("reads and compares objects of others, whatever they leave out or have instead", () => {
  const changes = fc.array(fc.record({ at: fc.constantFrom(...PLACES), to: otherwise }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(changes, (some) => {
      const manifests = some.reduce(
        (all, { at: { index, place }, to }) =>
          all.map((one, own) =>
            own === index ? { ...one, spec: changed(one.spec ?? null, place, to) } : one,
          ),
        MANIFESTS,
      );
      expect(() => diffOf(MANIFESTS, manifests)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});
