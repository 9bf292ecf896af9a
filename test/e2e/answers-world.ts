import type { Probe } from "../../access/evaluate/evaluate.ts";
import { ISSUER, jwks } from "../../conformance/tokens.ts";
import { internet } from "../../lab/addresses.ts";

export const GATEWAY = "answers-egress/egress";
const [NEWS, SHOP] = ["answers-news", "answers-shop"] as const;
/** Who calls, a pod each. */
export const CALLERS = [
  { namespace: NEWS, account: "reader" },
  { namespace: NEWS, account: "intern" },
  { namespace: SHOP, account: "cart" },
  { namespace: SHOP, account: "audit" },
];

const all = (namespace: string) => ({ from: { namespace } });
const one = (namespace: string, account: string) => ({ from: { serviceAccount: `${namespace}/${account}` } });
const READER = one(NEWS, "reader");
const INTERN = one(NEWS, "intern");
const CART = one(SHOP, "cart");

/** What is declared of a host, but for its name, mode and port. */
type Rules = Readonly<Record<string, unknown>>;

const FRAME = {
  environment: "answers",
  issuers: [{ name: "corp", issuer: ISSUER, jwks }],
  gateways: [
    {
      name: "egress",
      namespace: "answers-egress",
      replicas: { min: 1, max: 1 },
      drainSeconds: 1,
      ports: [
        { port: 80, protocol: "http" },
        { port: 443, protocol: "tls" },
        { port: 5432, protocol: "tcp" },
        { port: 6379, protocol: "tcp" },
        { port: 8000, protocol: "http" },
      ],
    },
  ],
  lockdown: [{ namespace: NEWS }, { namespace: SHOP }],
  owner: "answers",
  // For all hosts of a port, and of everyone's.
  deny: [{ ...one(SHOP, "audit"), ports: [443] }],
};

/** The environment, with the rules of the hosts that a change is about. */
function environment(
  rules: Readonly<Record<"paths" | "users" | "site" | "ledger", Rules>>,
  more: readonly Rules[] = [],
) {
  return {
    ...FRAME,
    hosts: [
      { host: "h0.wild.example.com", tls: "none", deny: [INTERN], ...rules.paths },
      { host: "h1.wild.example.com", tls: "originate", ...rules.users },
      {
        ...{ host: "h2.wild.example.com", tls: "originate", refuse: "not-found" },
        allow: [{ ...all(SHOP), paths: ["/health"] }],
      },
      {
        ...{ host: "h4.wild.example.com", tls: "none", port: 8000, upstreamPort: 80 },
        allow: [{ ...all(NEWS), headers: { "x-team": ["news"] } }, CART],
      },
      { host: "*.wild.example.com", tls: "passthrough", allow: [READER, all(SHOP)] },
      { host: "h3.wild.example.com", tls: "passthrough", deny: [CART] },
      { host: "edition.cnn.com", tls: "passthrough", ...rules.site },
      {
        host: "stock.example.com",
        tls: "tcp",
        port: 5432,
        addresses: [`${internet.tcp[0]}/32`],
        allow: [READER],
      },
      {
        host: "ledger.example.com",
        tls: "tcp",
        port: 5432,
        addresses: [`${internet.tcp[1]}/32`],
        ...rules.ledger,
      },
      { host: "tcp.example.com", tls: "tcp", port: 6379, allow: [CART] },
      ...more,
    ],
  };
}

const editors = (from: typeof READER) => ({
  ...from,
  users: { issuer: "corp", claims: { groups: ["editors"] } },
});

export const BEFORE = environment({
  paths: { allow: [{ ...all(NEWS), paths: ["/health", "/sport/*"] }] },
  users: { allow: [{ ...CART, methods: ["GET"] }, editors(READER)] },
  site: { allow: [all(NEWS), CART] },
  ledger: { allow: [CART] },
});

/** A host more; others gain and lose paths, a method, end users, an account, a namespace. */
export const AFTER = environment(
  {
    paths: { allow: [{ ...all(NEWS), paths: ["/politics", "/sport/*"] }] },
    users: { allow: [CART, editors(INTERN)] },
    site: { allow: [READER] },
    ledger: { allow: [CART, READER] },
  },
  [{ host: "h5.wild.example.com", tls: "none", allow: [one(SHOP, "audit")] }],
);

const PATHS = ["/health", "/sport/scores", "/politics", "/private"];
const USERS = [
  { iss: ISSUER, sub: "ada", groups: "editors" },
  { iss: ISSUER, sub: "bob", groups: "readers" },
];
const ON_80 = ["h0", "h1", "h2", "h5"].map((name) => ({ host: `${name}.wild.example.com`, port: 80 }));

type Target = Omit<Probe, "principal">;

/** Requests and connections that some account may be allowed, and others like them. */
const TARGETS: readonly Target[] = [
  ...[...ON_80, { host: "www.google.com", port: 80 }].flatMap((at) =>
    PATHS.map((path): Target => ({ ...at, scheme: "http", method: "GET", path })),
  ),
  ...ON_80.map((at): Target => ({ ...at, scheme: "http", method: "POST", path: "/health" })),
  ...USERS.map(
    (claims): Target => ({
      ...{ host: "h1.wild.example.com", port: 80, scheme: "http", method: "GET", path: "/health" },
      claims,
    }),
  ),
  ...[{}, { "x-team": "news" }, { "x-team": "shop" }].map(
    (headers): Target => ({
      ...{ host: "h4.wild.example.com", port: 8000, scheme: "http", method: "GET", path: "/health" },
      headers,
    }),
  ),
  ...["any.wild.example.com", "h3.wild.example.com", "edition.cnn.com", "www.google.com"].map(
    (host): Target => ({ host, port: 443, scheme: "https" }),
  ),
  ...internet.tcp.map((host): Target => ({ host, port: 5432, scheme: "tcp" })),
  { host: "tcp.example.com", port: 6379, scheme: "tcp" },
];

/** Each from every caller. */
export const CALLS: readonly Probe[] = CALLERS.flatMap(({ namespace, account }) =>
  TARGETS.map((target) => ({ ...target, principal: `cluster.local/ns/${namespace}/sa/${account}` })),
);
