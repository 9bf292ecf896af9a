import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readObjects } from "../../access/manifests/read.ts";
import { type Way, waysIn } from "../../access/matrix/ways.ts";
import { type Manifest, objectKey, type PlannedObject } from "../../plan/manifest.ts";
import { waveOf } from "../../plan/sync-wave.ts";
import { type Stage, stagesBetween } from "../../rollout/stages.ts";
import { takesAccessAway } from "../../rollout/takes-access.ts";
import { CALLERS, environment, planned, type RandomEnvironment } from "./environments.ts";

/** The cluster after each single write and removal. */
function* moments(start: readonly PlannedObject[], stages: readonly Stage[]): Generator<Manifest[]> {
  const cluster = new Map(start.map(({ manifest }) => [objectKey(manifest), manifest]));
  yield [...cluster.values()];
  for (const { write, remove } of stages) {
    for (const manifest of write) {
      cluster.set(objectKey(manifest), manifest);
      yield [...cluster.values()];
    }
    for (const manifest of remove) {
      cluster.delete(objectKey(manifest));
      yield [...cluster.values()];
    }
  }
}

const name = ({ principal, host, port, path, method }: Way) =>
  `${principal} ${method} ${host}:${port} ${path}`;
const manifestsOf = (objects: readonly PlannedObject[]) => objects.map(({ manifest }) => manifest);
const sorted = (manifests: readonly Manifest[]) => manifests.map((one) => JSON.stringify(one)).sort();
const ways = (manifests: readonly Manifest[]) => {
  const all = waysIn(manifests);
  const routable = CALLERS.flatMap((namespace) => {
    const open = openTo(namespace, manifests);
    const own = open.length === manifests.length ? all : waysIn(open);
    return own.routable.filter(({ principal }) => principal.includes(`/ns/${namespace}/`));
  });
  return { reachable: new Set(all.reachable.map(name)), routable: new Set(routable.map(name)) };
};

/** All but the gateways that a namespace's NetworkPolicy closes. */
function openTo(caller: string, manifests: readonly Manifest[]): readonly Manifest[] {
  const policy = manifests.find(
    ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === caller,
  );
  if (policy === undefined) return manifests;
  const opened = JSON.stringify(policy.spec);
  return manifests.filter(
    ({ kind, metadata: { namespace } }) =>
      kind !== "Service" || opened.includes(`"kubernetes.io/metadata.name":"${namespace}"`),
  );
}

/** What Envoy would refuse: a name, or a subnet, with its port in two lists of a namespace's sidecars. */
function twiceClaimed(manifests: readonly Manifest[]): string[] {
  const seen = new Set<string>();
  return readObjects(manifests)("VirtualService").flatMap(
    ({ spec: { gateways = [], exportTo = [], tls = [], tcp = [] } }) =>
      gateways.includes("mesh")
        ? exportTo.flatMap((namespace) =>
            [...tls, ...tcp]
              .flatMap(({ match = [] }: { match?: readonly object[] | undefined }) => match)
              .flatMap((match) => {
                const { port, sniHosts = [], destinationSubnets = [] } = match as Match;
                return [...sniHosts, ...destinationSubnets].map((name) => `${namespace} ${port} ${name}`);
              })
              .filter((claim) => seen.size === seen.add(claim).size),
          )
        : [],
  );
}

interface Match {
  readonly port: number;
  readonly sniHosts?: readonly string[];
  readonly destinationSubnets?: readonly string[];
}

const allow = [{ from: { namespace: "shop" as const } }];
/** A host that moves to another gateway, where it is known by fewer forms of its authority. */
const MOVED: [RandomEnvironment, RandomEnvironment, number] = [
  {
    hosts: [{ gateway: 0, host: "h4.example.com", tls: "originate", port: 8080, retries: undefined, allow }],
    locked: ["shop"],
  },
  {
    hosts: [{ gateway: 1, host: "h4.example.com", tls: "none", port: 8080, retries: undefined, allow }],
    locked: ["shop"],
  },
  0,
];

describe("a change from one environment to another", { timeout: 300_000 }, () => {
  it("opens nothing that neither allows and keeps what both allow, at every moment", () => {
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const [before, after] = [ways(manifestsOf(old)), ways(manifestsOf(next))];
        const both = [...before.routable].filter((way) => after.routable.has(way));
        for (const manifests of moments(old, stagesBetween(old, next))) {
          const now = ways(manifests);
          for (const way of now.reachable)
            expect(before.reachable.has(way) || after.reachable.has(way)).toBe(true);
          for (const way of both) expect(now.routable).toContain(way);
        }
      }),
      { numRuns: 200, examples: [[MOVED[0], MOVED[1]]] },
    );
  });

  it("does so too when it goes on from where another was ended", () => {
    fc.assert(
      fc.property(environment, environment, fc.nat(), (from, to, at) => {
        const [old, next] = [planned(from), planned(to)];
        const [before, after] = [ways(manifestsOf(old)), ways(manifestsOf(next))];
        const both = [...before.routable].filter((way) => after.routable.has(way));
        const all = [...moments(old, stagesBetween(old, next))];
        const left = (all[at % all.length] ?? []).map((manifest) => ({ wave: waveOf(manifest), manifest }));
        let last: Manifest[] = [];
        for (const manifests of moments(left, stagesBetween(left, next))) {
          const now = ways(manifests);
          for (const way of now.reachable)
            expect(before.reachable.has(way) || after.reachable.has(way)).toBe(true);
          for (const way of both) expect(now.routable).toContain(way);
          last = manifests;
        }
        expect(sorted(last)).toEqual(sorted(manifestsOf(next)));
      }),
      { numRuns: 100, examples: [MOVED] },
    );
  });

  it("takes access away at the gateways in stages that wait for old connections alone", () => {
    // Packets of old connections pass a network policy, whatever the gateway does.
    const reachableIn = (manifests: Iterable<Manifest>) =>
      new Set(waysIn([...manifests].filter(({ kind }) => kind !== "NetworkPolicy")).reachable.map(name));
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const cluster = new Map(old.map(({ manifest }) => [objectKey(manifest), manifest]));
        let before = reachableIn(cluster.values());
        for (const stage of stagesBetween(old, next)) {
          const waits = takesAccessAway(stage, [...cluster.values()]);
          for (const manifest of stage.write) cluster.set(objectKey(manifest), manifest);
          for (const manifest of stage.remove) cluster.delete(objectKey(manifest));
          const after = reachableIn(cluster.values());
          if (!waits) for (const way of before) expect(after).toContain(way);
          before = after;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("leaves no name or subnet claimed by two routes of one namespace, at the end of every stage", () => {
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const cluster = new Map(old.map(({ manifest }) => [objectKey(manifest), manifest]));
        expect(twiceClaimed([...cluster.values()])).toEqual([]);
        for (const { write, remove } of stagesBetween(old, next)) {
          for (const manifest of write) cluster.set(objectKey(manifest), manifest);
          for (const manifest of remove) cluster.delete(objectKey(manifest));
          expect(twiceClaimed([...cluster.values()])).toEqual([]);
        }
      }),
    );
  });

  it("ends with exactly the new objects", () => {
    fc.assert(
      fc.property(environment, environment, (from, to) => {
        const [old, next] = [planned(from), planned(to)];
        const last = [...moments(old, stagesBetween(old, next))].at(-1) ?? [];
        expect(sorted(last)).toEqual(sorted(manifestsOf(next)));
      }),
    );
  });

  it("has no stage where nothing changes", () => {
    fc.assert(
      fc.property(environment, (one) => {
        expect(stagesBetween(planned(one), planned(one))).toEqual([]);
      }),
    );
  });
});
