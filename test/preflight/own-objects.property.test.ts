import fc from "fast-check";
import { expect, it } from "vitest";
import { completeMonitoring } from "../../model/complete.ts";
import type { DeclaredHost, Environment } from "../../model/environment.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { judge } from "../../preflight/preflight.ts";
import { gateways, hosts, hostsOf, mesh } from "../rollout/environments.ts";
import { istiod, meshConfig, NOW, namespace, SETTINGS } from "./situations.ts";

const base = [
  namespace("news"),
  namespace("shop"),
  istiod(SETTINGS),
  meshConfig("pathNormalization: { normalization: MERGE_SLASHES }"),
];

it("an environment's own objects are no conflict with it, nor are those of the one before", () => {
  fc.assert(
    fc.property(hosts, hosts, fc.boolean(), (before, after, locked) => {
      const of = (hosts: typeof before): Environment => ({
        name: "test",
        mesh,
        gateways,
        lockdown: locked ? [{ namespace: "news", reach: [] }] : [],
        monitoring: completeMonitoring(undefined),
        hosts: hostsOf(hosts),
      });
      const declared = of(after);
      const at = { file: "env.yaml", line: 1, column: 1 };
      const hosts = declared.hosts.map(
        (host): DeclaredHost => ({ ...host, at, path: [], ruleAt: () => undefined }),
      );
      const planned = [before, after].flatMap((hosts) => planEnvironment(of(hosts)));
      const objects = [...base, ...planned.map(({ manifest }) => manifest)];
      const { problems, warnings } = judge(
        { environment: declared, declared: hosts, positionOf: () => at },
        { objects, absent: [], forbidden: [] },
        NOW,
      );
      // Secrets are not the plan's to make.
      const rest = [...problems, ...warnings].filter(({ why }) => !why.startsWith("there is no Secret"));
      expect(rest).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
