import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { planEnvironment } from "../../plan/plan.ts";
import { renderFiles, renderStream } from "../../render/render.ts";
import { loadTexts } from "../model/memory-files.ts";

vi.setConfig({ testTimeout: 60_000 });

const HOSTS = ["a", "b", "c", "d", "e", "f"].flatMap((letter, index) => [
  {
    host: `${letter}.example.com`,
    tls: "none",
    gateway: index % 2 === 0 ? "east" : "west",
    allow: [{ from: { namespace: "news" } }, { from: { serviceAccount: `shop/${letter}` } }],
  },
  {
    host: `${letter}.example.com`,
    tls: "passthrough",
    gateway: "east",
    allow: [{ from: { namespace: "shop" } }],
  },
]);

const ENVIRONMENT = {
  environment: "dev",
  mesh: { trustDomain: "example.org", dns: { namespace: "dns", podLabels: { app: "dns", tier: "infra" } } },
  gateways: [
    {
      name: "east",
      namespace: "egress-east",
      ports: [
        { port: 443, protocol: "tls" },
        { port: 80, protocol: "http" },
        { port: 8443, protocol: "tls" },
      ],
      topologySpread: [{ key: "zone" }, { key: "host" }, { key: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      counters: ["cluster.outbound", "listener"],
      reachPrivate: ["10.1.0.0/16", "10.0.0.0/16", "fd00::/64"],
    },
    { name: "west", namespace: "egress-west" },
  ],
  nodes: { provider: "existing", pool: "egress", selector: { pool: "egress", "example.com/zone": "a" } },
  lockdown: [
    {
      namespace: "news",
      reach: [
        { namespace: "ledger", ports: [5432, 5433], podLabels: { app: "db", tier: "data" } },
        { cidr: "10.2.0.0/16", ports: [443, 80] },
      ],
    },
    { namespace: "shop" },
  ],
};

/** The same data with keys and entries in another order, chosen by the numbers given. */
function shuffled(value: unknown, next: () => number): unknown {
  const mixed = <T>(list: readonly T[]): T[] =>
    list
      .map((entry) => ({ entry, by: next() }))
      .sort((a, b) => a.by - b.by)
      .map(({ entry }) => entry);
  if (Array.isArray(value)) return mixed(value.map((entry) => shuffled(entry, next)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(mixed(Object.entries(value)).map(([key, part]) => [key, shuffled(part, next)]));
}

/** Everything that is printed and written for an environment and two catalogs of one owner. */
function render(environment: object, catalogs: readonly (readonly unknown[])[]): string {
  const names = catalogs.map((_, index) => `catalog-${index}.yaml`);
  const texts = Object.fromEntries(
    catalogs.map((hosts, index) => [`catalog-${index}.yaml`, JSON.stringify({ owner: "news", hosts })]),
  );
  const loaded = loadTexts({ ...texts, "env.yaml": JSON.stringify({ ...environment, imports: names }) });
  expect(loaded.problems).toEqual([]);
  const objects = loaded.environment === undefined ? [] : planEnvironment(loaded.environment);
  return renderStream(objects) + JSON.stringify(renderFiles(objects));
}

describe("the order of keys and entries, and which catalog an owner's host is in,", () => {
  it("changes no byte", () => {
    const plain = render(ENVIRONMENT, [HOSTS, []]);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer()), fc.nat(HOSTS.length), (numbers, cut) => {
        const next = () => numbers.next().value;
        const hosts = shuffled(HOSTS, next) as unknown[];
        const environment = shuffled(ENVIRONMENT, next) as object;
        expect(render(environment, [hosts.slice(0, cut), hosts.slice(cut)])).toBe(plain);
      }),
      { numRuns: 50 },
    );
  });
});
