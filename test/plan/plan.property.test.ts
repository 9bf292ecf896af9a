import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summariseAccess } from "../../access/matrix/summary.ts";
import type { HostInput } from "../../model/complete.ts";
import { callersOf } from "../../model/rules/callers.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { changedKeys, EVERY_KIND, environment, printed } from "./hosts.ts";

const caller = fc.oneof(
  fc.constantFrom("news", "shop", "payments").map((namespace) => ({ from: { namespace } })),
  fc.constantFrom("news/politics", "shop/cart").map((serviceAccount) => ({ from: { serviceAccount } })),
);
const host: fc.Arbitrary<HostInput> = fc.record({
  host: fc.integer({ min: 0, max: 40 }).map((number) => `h${number}.example.com`),
  tls: fc.constantFrom("none", "passthrough"),
  allow: fc.array(caller, { maxLength: 4 }),
});
const hosts = fc.uniqueArray(host, { maxLength: 25, selector: ({ host, tls }) => `${host} ${tls}` });

function render(inputs: readonly HostInput[]): string {
  return renderStream(planEnvironment(environment(inputs)));
}

/** By service, and `*` for all, what the gateway's clusters to the outside are made of. */
function gatewayClusters(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  const parts = manifests.flatMap(({ kind, spec }): [string, string][] => {
    if (kind === "EnvoyFilter") {
      const { configPatches } = spec as {
        configPatches: readonly {
          applyTo: string;
          match: { context: string; cluster?: { service: string } };
        }[];
      };
      return configPatches
        .filter(({ applyTo, match }) => applyTo === "CLUSTER" && match.context === "GATEWAY")
        .map((patch) => [patch.match.cluster?.service ?? "*", JSON.stringify(patch)]);
    }
    if (kind !== "ServiceEntry" && kind !== "DestinationRule") return [];
    const { exportTo, hosts, host = "" } = spec as { exportTo: string[]; hosts?: string[]; host?: string };
    const outside = (hosts ?? [host]).filter((name) => exportTo.join() === "." && name.endsWith(".internal"));
    return outside.map((name) => [name, JSON.stringify(spec)]);
  });
  const byService = Map.groupBy(parts, ([service]) => service);
  return new Map([["*", ""], ...[...byService].map(([service, own]) => [service, own.join()] as const)]);
}

describe("planning", () => {
  it("gives the same bytes whatever the order of hosts", () => {
    fc.assert(
      fc.property(
        hosts.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(render(shuffled)).toBe(render(list));
        },
      ),
    );
  });

  it("lets in exactly the granted", () => {
    fc.assert(
      fc.property(hosts, (list) => {
        const manifests = planEnvironment(environment(list)).map(({ manifest }) => manifest);
        const granted = new Map(
          summariseAccess(manifests).map((entry) => [`${entry.host}:${entry.port}`, entry.principals]),
        );
        const declared = new Map<string, Set<string>>();
        for (const { host: name, port, ...one } of environment(list).hosts)
          for (const { namespace, account } of callersOf(one))
            declared.set(
              `${name}:${port}`,
              (declared.get(`${name}:${port}`) ?? new Set()).add(
                `cluster.local/ns/${namespace}/${account === undefined ? "*" : `sa/${account}`}`,
              ),
            );
        expect([...granted.keys()].sort()).toEqual([...declared.keys()].sort());
        for (const [name, principals] of declared) expect(granted.get(name)).toEqual([...principals].sort());
      }),
    );
  });

  it("names a port in every rule, and exports nothing to every namespace", () => {
    fc.assert(
      fc.property(hosts, (list) => {
        for (const { manifest } of planEnvironment(environment(list))) {
          const text = JSON.stringify(manifest);
          expect(text).not.toContain('"exportTo":["*"]');
          if (manifest.kind !== "AuthorizationPolicy") continue;
          const rules =
            (manifest.spec as { rules?: { to: { operation: { ports?: string[] } }[] }[] }).rules ?? [];
          for (const { to } of rules) for (const { operation } of to) expect(operation.ports).toHaveLength(1);
        }
      }),
    );
  });

  it("shows a namespace no host but those that it was granted", () => {
    fc.assert(
      fc.property(hosts, (list) => {
        const declared = environment(list).hosts;
        for (const { kind, metadata, spec } of planEnvironment(environment(list)).map(
          ({ manifest }) => manifest,
        )) {
          const { exportTo = [] } = (spec ?? {}) as { exportTo?: readonly string[] };
          const seers = new Set([metadata.namespace, ...exportTo]);
          const text = JSON.stringify(spec ?? {});
          for (const { host: name } of declared.filter(({ host }) => text.includes(host)))
            for (const namespace of ["news", "shop", "payments"].filter((one) => seers.has(one)))
              expect(
                declared.some(
                  (one) =>
                    one.host === name && callersOf(one).some((caller) => caller.namespace === namespace),
                ),
                `${kind} ${metadata.name} shows ${namespace} ${name}`,
              ).toBe(true);
        }
      }),
    );
  });

  it("changes at most three objects when one host of many comes or goes", { timeout: 60_000 }, () => {
    const many = Array.from({ length: 100 }, (_, number): HostInput[] => {
      const allow = [{ from: { namespace: number % 2 === 0 ? "news" : "shop" } }];
      return [
        { host: `none${number}.example.com`, tls: "none", allow },
        { host: `originate${number}.example.com`, tls: "originate", allow },
        { host: `mutual${number}.example.com`, tls: "mutual", clientSecret: "client", allow },
        { host: `port${number}.example.com`, tls: "none", port: 8080, allow },
        { host: `same${number}.example.com`, tls: "originate", port: 8080, upstreamPort: 8080, allow },
        { host: `*.port${number}.example.com`, tls: "none", port: 8080, allow },
        { host: `tls${number}.example.com`, tls: "passthrough", allow },
        { host: `*.http${number}.example.com`, tls: "none", allow },
        { host: `*.tls${number}.example.com`, tls: "passthrough", allow },
        {
          host: `tcp${number}.example.com`,
          tls: "tcp",
          port: 5432,
          addresses: [`203.0.113.${number}/32`],
          allow,
        },
      ];
    }).flat();
    const places = fc.nat(many.length - 1);
    fc.assert(
      fc.property(places, fc.uniqueArray(places, { maxLength: 50 }), (one, others) => {
        const without = (gone: readonly number[]) =>
          printed(many.filter((_, index) => !gone.includes(index)));
        const missing = others.filter((place) => place !== one);
        const changed = changedKeys(without(missing), without([...missing, one]));
        expect(changed.length, JSON.stringify(many[one])).toBeGreaterThan(0);
        expect(changed.length, JSON.stringify(many[one])).toBeLessThanOrEqual(3);
      }),
      { numRuns: 50 },
    );
  });

  it("changes no cluster of the gateway that was there before, whatever host comes or goes", () => {
    const kinds = EVERY_KIND.map(
      (kind): HostInput => ({ ...kind, allow: [{ from: { namespace: "news" } }] }),
    );
    fc.assert(
      fc.property(fc.subarray(kinds), fc.constantFrom(...kinds), (some, one) => {
        const others = some.filter((kind) => kind !== one);
        fc.pre(others.length > 0);
        const clustersOf = (list: readonly HostInput[]) =>
          gatewayClusters(planEnvironment(environment(list)).map(({ manifest }) => manifest));
        const together = clustersOf([...others, one]);
        for (const [service, config] of clustersOf(others))
          expect(together.get(service), service).toEqual(config);
      }),
    );
  });

  it("puts nothing into a namespace that its own wave makes", () => {
    const objects = planEnvironment(environment([]));
    const madeIn = new Map(
      objects.flatMap(({ wave, manifest }) =>
        manifest.kind === "Namespace" ? [[manifest.metadata.name, wave]] : [],
      ),
    );
    expect(madeIn.size).toBe(1);
    for (const { wave, manifest } of objects)
      if (manifest.metadata.namespace !== undefined)
        expect(madeIn.get(manifest.metadata.namespace)).not.toBe(wave);
  });
});
