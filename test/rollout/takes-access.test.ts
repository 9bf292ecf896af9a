import { describe, expect, it } from "vitest";
import { type Json, type Manifest, objectKey, type PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { stagesBetween } from "../../rollout/stages.ts";
import { takesAccessAway } from "../../rollout/takes-access.ts";
import { loadTexts } from "../model/memory-files.ts";

const rule = (path: string): Json => ({ to: [{ operation: { paths: [path] } }] });

function policy(
  action: string,
  paths: readonly string[],
  annotations: Record<string, string> = {},
): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${action.toLowerCase()}-one`, namespace: "egress", annotations },
    spec: { selector: { matchLabels: { gateway: "egress" } }, action, rules: paths.map(rule) },
  };
}

const denyAll: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "deny-all", namespace: "egress" },
  spec: { selector: { matchLabels: { gateway: "egress" } }, action: "ALLOW" },
};
const users = (issuer: string): Manifest => ({
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  metadata: { name: "users", namespace: "egress" },
  spec: { jwtRules: [{ issuer }] },
});
const route = (gateway: string, hosts: readonly string[], ...names: readonly string[]): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "one", namespace: "egress" },
  spec: { hosts, gateways: [gateway], http: names.map((name) => ({ name })) },
});
const provided = (name: string): Manifest => {
  const asked = policy("CUSTOM", ["/a"]);
  return { ...asked, spec: { ...(asked.spec as object), provider: { name } } };
};
const trial = { "istio.io/dry-run": "true" };

/** What is there beside the policy that allows nothing, and what it becomes. */
const CHANGES: readonly (readonly [
  what: string,
  was: Manifest | undefined,
  now: Manifest | undefined,
  taken: boolean,
])[] = [
  ["a denial comes", undefined, policy("DENY", ["/a"]), true],
  ["a denial gets wider", policy("DENY", ["/a"]), policy("DENY", ["/b", "/a"]), true],
  ["a denial changes", policy("DENY", ["/a"]), policy("DENY", ["/b"]), true],
  ["a denial gets narrower", policy("DENY", ["/a", "/b"]), policy("DENY", ["/b"]), false],
  ["a denial goes", policy("DENY", ["/a"]), undefined, false],
  ["a denial on trial comes", undefined, policy("DENY", ["/a"], trial), false],
  ["a trial ends in force", policy("DENY", ["/a"], trial), policy("DENY", ["/a"]), true],
  ["a denial goes on trial", policy("DENY", ["/a"]), policy("DENY", ["/a"], trial), false],
  ["an authorizer is asked", undefined, policy("CUSTOM", ["/a"]), true],
  ["another authorizer is asked", provided("one"), provided("two"), true],
  ["an authorizer is asked no more", policy("CUSTOM", ["/a"]), undefined, false],
  ["a grant comes", undefined, policy("ALLOW", ["/a"]), false],
  ["a grant gets wider", policy("ALLOW", ["/a"]), policy("ALLOW", ["/b", "/a"]), false],
  ["a grant gets narrower", policy("ALLOW", ["/a", "/b"]), policy("ALLOW", ["/b"]), true],
  ["a grant goes", policy("ALLOW", ["/a"]), undefined, true],
  ["a grant goes on trial", policy("ALLOW", ["/a"]), policy("ALLOW", ["/a"], trial), true],
  ["what only notes requests comes", undefined, policy("AUDIT", ["/a"]), false],
  ["tokens are looked at", undefined, users("a"), true],
  ["other tokens are looked at", users("a"), users("b"), true],
  ["tokens are looked at no more", users("a"), undefined, true],
  ["a route comes", undefined, route("egress/egress", ["a"], "r"), false],
  [
    "a route is for more hosts",
    route("egress/egress", ["a"], "r"),
    route("egress/egress", ["b", "a"], "r"),
    false,
  ],
  [
    "a route is for fewer hosts",
    route("egress/egress", ["a", "b"], "r"),
    route("egress/egress", ["a"], "r"),
    true,
  ],
  [
    "a route comes before another",
    route("egress/egress", ["a"], "r"),
    route("egress/egress", ["a"], "s", "r"),
    true,
  ],
  ["a route goes", route("egress/egress", ["a"], "r"), undefined, true],
  ["a sidecars' route goes", route("mesh", ["a"], "r"), undefined, false],
];

describe("a stage in which", () => {
  it.each(CHANGES)("%s", (_, was, now, taken) => {
    const write = now === undefined ? [] : [now];
    const remove = now === undefined && was !== undefined ? [was] : [];
    const before = was === undefined ? [denyAll] : [denyAll, was];
    expect(takesAccessAway({ write, remove }, before)).toBe(taken);
  });

  it("the first policy that allows something comes refuses all else", () => {
    expect(takesAccessAway({ write: [denyAll], remove: [] }, [])).toBe(true);
    expect(takesAccessAway({ write: [policy("ALLOW", ["/a"])], remove: [] }, [policy("DENY", ["/a"])])).toBe(
      true,
    );
  });
});

/** What an environment with these hosts takes; `more` are further keys of its file. */
function environment(hosts: readonly object[], more: object = {}): PlannedObject[] {
  const { environment, problems } = loadTexts({
    "env.yaml": JSON.stringify({
      environment: "test",
      gateways: [{ name: "egress", namespace: "egress" }],
      owner: "news",
      hosts,
      ...more,
    }),
  });
  if (environment === undefined) throw new Error(JSON.stringify(problems));
  return planEnvironment(environment);
}

describe("from one environment to another waits for old connections", () => {
  const allow = [{ from: { namespace: "news" } }];
  const one = { host: "one.example.com", tls: "none", allow };
  const two = { host: "two.example.com", tls: "none", allow };
  const deny = [{ methods: ["DELETE"] }];
  const account = [{ from: { serviceAccount: "news/politics" } }];
  const plain = environment([one]);

  /** The stages that wait, such as `expand guard`. */
  function waiting(from: readonly PlannedObject[], to: readonly PlannedObject[]): string[] {
    const there = new Map(from.map(({ manifest }) => [objectKey(manifest), manifest]));
    return stagesBetween(from, to).flatMap((stage) => {
      const waits = takesAccessAway(stage, [...there.values()]);
      for (const manifest of stage.write) there.set(objectKey(manifest), manifest);
      for (const manifest of stage.remove) there.delete(objectKey(manifest));
      return waits ? [`${stage.phase} ${stage.wave}`] : [];
    });
  }

  it.each([
    ["a method", [{ ...one, deny }], {}],
    ["an account", [{ ...one, deny: account }], {}],
    ["an account of all hosts", [one], { deny: account }],
  ])("where a denial of %s comes, and not where it goes", (_, hosts, more) => {
    const denied = environment(hosts, more);
    expect(waiting(plain, denied)).toEqual(["expand guard"]);
    expect(waiting(denied, plain)).toEqual([]);
  });

  it("where an authorizer is asked, and not where it is asked no more", () => {
    const asking = environment([{ ...one, authorizer: "opa" }], {
      authorizers: [
        {
          name: "opa",
          service: "opa.auth.svc.cluster.local",
          port: 9191,
          protocol: "grpc",
          timeout: "500ms",
        },
      ],
    });
    expect(waiting(plain, asking)).toContain("expand guard");
  });

  it("where a host goes, and not where one comes", () => {
    const both = environment([one, two]);
    expect(waiting(plain, both)).toEqual([]);
    expect(waiting(both, plain)).toContain("contract routes");
  });

  it("where a rule goes, and not where one comes", () => {
    const shop = { from: { namespace: "shop" }, paths: ["/a"] };
    const granted = environment([{ ...one, allow: [{ from: { namespace: "news" }, paths: ["/b"] }, shop] }]);
    const revoked = environment([{ ...one, allow: [shop] }]);
    expect(waiting(granted, revoked)).toContain("contract routes");
    expect(waiting(environment([]), granted)).not.toContain("contract routes");
  });
});
