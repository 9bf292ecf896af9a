import type { Clients, Target } from "./clients.ts";
import type { Declared, HostEntry } from "./grants.ts";

export const GATEWAY = "chaos";
export const GATEWAY_NAMESPACE = "chaos-egress";
export const CALLER = "chaos-app/caller";
const GUEST = "chaos-guest/guest";
export const CLIENT_SECRET = "chaos-client";

/** One on each of the lab's nodes for gateways. */
export const REPLICAS = 2;

/** A pod that ends, and filter chains that change, serve old connections for so long. */
export const DRAIN_SECONDS = 20;

const to = (...accounts: string[]) => accounts.map((serviceAccount) => ({ from: { serviceAccount } }));
const STREAM = "stream.example.com";

/** The hosts that are declared in every scenario, those that the load runs over, and the streams'. */
function steady(...accounts: string[]): HostEntry[] {
  const allow = to(...accounts);
  return [
    { host: "echo.example.com", tls: "none", allow },
    { host: "one.wild.example.com", tls: "originate", allow },
    { host: "two.wild.example.com", tls: "passthrough", allow },
    { host: STREAM, tls: "none", allow },
    { host: STREAM, tls: "passthrough", allow },
  ];
}

export const base = steady(CALLER);
/** A grant to a namespace that had none: the hosts go to other shards. */
export const withGuest = steady(CALLER, GUEST);
/** What is granted to that namespace is denied to its account. */
export const withDenied: readonly HostEntry[] = withGuest.map((entry) => ({ ...entry, deny: to(GUEST) }));
const added: readonly HostEntry[] = [
  { host: "added.wild.example.com", tls: "originate", allow: to(CALLER) },
  { host: "added.wild.example.com", tls: "passthrough", allow: to(CALLER) },
];
export const withAdded = [...base, ...added];
export const withBoth = [...withGuest, ...added];

const moving = { host: "moving.wild.example.com", allow: to(CALLER) };
const originated: HostEntry = { ...moving, tls: "originate" };
const passedThrough: HostEntry = { ...moving, tls: "passthrough" };
/** From origination to passthrough, by way of both. */
export const toPassthrough: readonly Declared[] = [
  [...base, originated],
  [...base, originated, passedThrough],
  [...base, passedThrough],
];

const moved = { host: "moved.wild.example.com", allow: to(CALLER) };
const plain: HostEntry = { ...moved, tls: "none" };
const mutual: HostEntry = {
  ...moved,
  tls: "mutual",
  port: 8080,
  upstreamPort: 443,
  clientSecret: CLIENT_SECRET,
};
/** From HTTP to mutual TLS, by way of both. One port has one mode, so mutual TLS has another. */
export const toMutual: readonly Declared[] = [
  [...base, plain],
  [...base, plain, mutual],
  [...base, mutual],
];

export const ENVIRONMENT = "chaos";

/** The environment file of a declaration, as YAML (JSON is YAML). */
export function environmentFile(hosts: readonly HostEntry[]): string {
  return JSON.stringify({
    environment: ENVIRONMENT,
    gateways: [
      {
        name: GATEWAY,
        namespace: GATEWAY_NAMESPACE,
        replicas: { min: REPLICAS, max: REPLICAS },
        drainSeconds: DRAIN_SECONDS,
        ports: [
          { port: 80, protocol: "http" },
          { port: 443, protocol: "tls" },
          { port: 8080, protocol: "http" },
        ],
      },
    ],
    nodes: { provider: "existing", selector: { "lab.sallyport.dev/pool": "egress" } },
    lockdown: [{ namespace: "chaos-app" }, { namespace: "chaos-guest" }],
    owner: "chaos",
    hosts,
  });
}

const STEADY = ["http://echo.example.com", "http://one.wild.example.com", "https://two.wild.example.com"];
const CHANGING = [
  "http://added.wild.example.com",
  "https://added.wild.example.com",
  "http://moving.wild.example.com",
  "https://moving.wild.example.com",
  "http://moved.wild.example.com",
  "http://moved.wild.example.com:8080",
];

function targets(steadyPerSecond: number, changingPerSecond: number): Target[] {
  return [
    ...STEADY.map((url) => ({ url, perSecond: steadyPerSecond })),
    ...CHANGING.map((url) => ({ url, perSecond: changingPerSecond })),
  ];
}

const stream = (scheme: string, number: number) =>
  `${scheme}://${STREAM}/events?seconds=86400&number=${number}`;

/** Who calls all the time. */
export const clients: readonly Clients[] = [
  {
    namespace: "chaos-app",
    account: "caller",
    targets: targets(12, 3),
    streams: [1, 2, 3, 4].flatMap((number) => [stream("http", number), stream("https", number)]),
  },
  {
    namespace: "chaos-app",
    account: "other",
    targets: targets(1, 1),
    streams: [stream("http", 1), stream("https", 1)],
  },
  {
    namespace: "chaos-guest",
    account: "guest",
    targets: targets(3, 1),
    streams: [stream("http", 1), stream("https", 1)],
  },
];
