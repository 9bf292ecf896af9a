import { describe, expect, it } from "vitest";
import type { AuthorizationPolicy } from "../../access/manifests/specs.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { waveOf } from "../../plan/sync-wave.ts";
import { loadTexts } from "../model/memory-files.ts";
import { ofKind, only, specOf } from "./hosts.ts";

const GATEWAY =
  "environment: dev\ngateways: [{ name: egress, namespace: egress, ports: [{ port: 80, protocol: http }, { port: 443, protocol: tls }, { port: 5432, protocol: tcp }] }]\n";

function plan(text: string, head = GATEWAY): Manifest[] {
  const { environment, problems } = loadTexts({ "env.yaml": head + text });
  if (environment === undefined)
    throw new Error(problems.map(({ path, why }) => `${path}: ${why}`).join("\n"));
  return planEnvironment(environment).map(({ manifest }) => manifest);
}
const hosts = (...entries: readonly string[]) =>
  `hosts:\n${entries.map((entry) => `  - ${entry}\n`).join("")}`;
const rulesOf = (manifests: readonly Manifest[], name: RegExp) =>
  specOf<AuthorizationPolicy>(manifests, "AuthorizationPolicy", name).rules ?? [];
const principal = (caller: string) => `cluster.local/ns/${caller}`;

const ISSUERS = `issuers: [{ name: corp, issuer: "https://login.example.com", jwksUri: "https://login.example.com/keys" }]
`;

describe("an allow rule", () => {
  const allowed = (rules: string) =>
    rulesOf(plan(hosts(`{ host: a.example, tls: none, allow: [${rules}] }`)), /^egress-none/);

  it("is a positive set of accounts where it names accounts, and a set with exceptions where it names a namespace", () => {
    expect(
      allowed(
        "{ from: [{ serviceAccount: news/one }, { serviceAccount: news/two }], except: [{ serviceAccount: news/two }] }",
      ),
    ).toMatchObject([{ from: [{ source: { principals: [principal("news/sa/one")] } }] }]);
    const [rule] = allowed("{ from: { namespace: news }, except: [{ serviceAccount: news/two }] }");
    expect(rule?.from).toEqual([
      { source: { principals: [principal("news/*")], notPrincipals: [principal("news/sa/two")] } },
    ]);
  });

  it("has its paths, methods and headers beside host and port", () => {
    const [rule] = allowed(
      '{ from: { namespace: news }, paths: [/b, "/a/*"], methods: [GET], headers: { x-team: [news] } }',
    );
    expect(rule?.to).toEqual([
      { operation: { hosts: ["a.example"], ports: ["10080"], paths: ["/a/*", "/b"], methods: ["GET"] } },
    ]);
    expect(rule?.when).toEqual([{ key: "request.headers[x-team]", values: ["news"] }]);
  });

  it("is one with others that differ in the caller alone", () => {
    expect(
      allowed("{ from: { namespace: news }, paths: [/a] }, { from: { namespace: shop }, paths: [/a] }"),
    ).toHaveLength(1);
    expect(
      allowed("{ from: { namespace: news }, paths: [/a] }, { from: { namespace: shop }, paths: [/b] }"),
    ).toHaveLength(2);
  });

  it("for everyone shows the way to every namespace", () => {
    const entry = (tls: string, port: number) =>
      `{ host: ${tls}.example, tls: ${tls}, port: ${port}, allow: [{ from: { namespace: "*" }, confirmed: true }] }`;
    const manifests = plan(hosts(entry("none", 80), entry("passthrough", 443), entry("tcp", 5432)));
    for (const route of ofKind(manifests, "VirtualService", /-mesh$/))
      expect(route.spec).toMatchObject({ exportTo: ["*"] });
    expect(specOf(manifests, "DestinationRule", /-hop$/)).toMatchObject({ exportTo: ["*"] });
    const filters = ofKind(manifests, "EnvoyFilter", /-carry-/);
    expect(filters.map(({ metadata }) => metadata.namespace)).toEqual(["istio-system", "istio-system"]);
    expect(rulesOf(manifests, /^egress-none/)).toMatchObject([
      { from: [{ source: { principals: [principal("*")] } }] },
    ]);
  });
});

describe("a deny rule", () => {
  const ALLOW = "allow: [{ from: { namespace: news }, paths: [/a] }]";

  it("has a policy with all its hosts, and comes before and goes after what allows", () => {
    const text = `deny: [{ from: { serviceAccount: news/one } }]\n${hosts(
      `{ host: a.example, tls: none, ${ALLOW} }`,
      "{ host: b.example, tls: passthrough, allow: [{ from: { namespace: news } }] }",
    )}`;
    const policy = only(plan(text), "AuthorizationPolicy", /-deny-[0-9a-f]{10}$/);
    expect(waveOf(policy)).toBe("guard");
    const from = [{ source: { principals: [principal("news/sa/one")] } }];
    expect(policy.spec).toMatchObject({
      action: "DENY",
      rules: [
        { from, to: [{ operation: { hosts: ["a.example"], ports: ["10080"] } }] },
        {
          from,
          to: [{ operation: { ports: ["10443"] } }],
          when: [{ key: "connection.sni", values: ["b.example"] }],
        },
      ],
    });
  });

  it("of everyone asks for no identity, so that it is for callers without one too", () => {
    const denied = (rest: string) =>
      rulesOf(
        plan(hosts(`{ host: a.example, tls: none, ${ALLOW}, deny: [{ paths: [/a/x]${rest} }] }`)),
        /-deny-[0-9a-f]{10}$/,
      );
    expect(denied("")[0]?.from).toBeUndefined();
    expect(denied(", except: [{ serviceAccount: news/one }]")[0]?.from).toEqual([
      { source: { notPrincipals: [principal("news/sa/one")] } },
    ]);
  });

  it("on trial is a dry run of its own, and keeps its key when it is enforced", () => {
    const named = (mode: string) => {
      const manifests = plan(
        hosts(`{ host: a.example, tls: none, ${ALLOW}, deny: [{ paths: [/a/x]${mode} }] }`),
      );
      return only(manifests, "AuthorizationPolicy", /-(audit|deny)-[0-9a-f]{10}$/).metadata;
    };
    const [audit, enforced] = [named(", mode: audit"), named("")];
    expect(audit.annotations).toMatchObject({ "istio.io/dry-run": "true" });
    expect(enforced.annotations).not.toHaveProperty("istio.io/dry-run");
    expect(audit.name.replace("audit", "deny")).toBe(enforced.name);
  });
});

describe("a host whose other paths are not found", () => {
  const manifests = plan(
    hosts(
      '{ host: a.example, tls: none, refuse: not-found, allow: [{ from: { namespace: news }, paths: [/a, "/b/*", "*.json", "/c/{*}/{**}"] }, { from: { namespace: news }, paths: [/post], methods: [POST] }] }',
    ),
  );
  interface Route {
    readonly name: string;
    readonly match: readonly { readonly uri?: object; readonly method?: object }[];
    readonly directResponse?: object;
  }
  const { http } = specOf<{ http: readonly Route[] }>(manifests, "VirtualService", /-gateway$/);

  it("has routes for what is allowed, and one with its key for the rest", () => {
    const idempotent = [
      { regex: ".*\\.json" },
      { exact: "/a" },
      { prefix: "/b/" },
      { regex: expect.stringMatching(/^\/c\/\[.*\]\+\/\[.*\/\]\*$/) },
    ];
    const all = [...idempotent, { exact: "/post" }];
    // First those whose application speaks HTTP/2.
    expect(http.map(({ match }) => match.map(({ uri }) => uri))).toEqual([
      ...[idempotent, all],
      ...[idempotent, all],
      [undefined],
    ]);
    expect(http.at(-1)).toMatchObject({
      name: expect.stringMatching(/^refused:[0-9a-f]{10}$/),
      directResponse: { status: 404 },
    });
    expect(http[1]?.match.at(-1)?.method).toEqual({ regex: "POST" });
  });

  it("lets its callers through to that route by a policy that comes last", () => {
    const policy = only(manifests, "AuthorizationPolicy", /-not-found$/);
    expect(waveOf(policy)).toBe("answers");
    expect(policy.spec).toMatchObject({
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: [principal("news/*")] } }],
          to: [{ operation: { hosts: ["a.example"], ports: ["10080"] } }],
        },
      ],
    });
    expect(JSON.stringify(policy.spec)).not.toContain("paths");
  });

  it("lets nobody through to it who has no token, where the rules ask for one", () => {
    const rule =
      "{ from: { namespace: news }, paths: [/a], users: { issuer: corp, claims: { groups: [editors] } } }";
    const planned = plan(
      `${ISSUERS}${hosts(`{ host: a.example, tls: none, refuse: not-found, allow: [${rule}] }`)}`,
    );
    const asked = {
      from: [
        { source: { principals: [principal("news/*")], requestPrincipals: ["https://login.example.com/*"] } },
      ],
      when: [{ key: "request.auth.claims[groups]", values: ["editors"] }],
    };
    for (const name of [/^egress-none-80-[0-9a-f]+-\d$/, /-not-found$/])
      expect(rulesOf(planned, name)).toEqual([{ ...asked, to: [expect.anything()] }]);
  });
});

describe("end users and authorizers", () => {
  const PARTS = `${ISSUERS}authorizers: [{ name: iam, service: authz.iam.svc.cluster.local, port: 9000, protocol: grpc, timeout: 500ms }]
`;
  const manifests = plan(
    `${PARTS}${hosts("{ host: a.example, tls: none, authorizer: iam, allow: [{ from: { namespace: news }, users: { issuer: corp, claims: { groups: [editors] } } }] }")}`,
  );

  it("asks for a token in order, which does not leave", () => {
    expect(rulesOf(manifests, /^egress-none/)).toMatchObject([
      {
        from: [{ source: { requestPrincipals: ["https://login.example.com/*"] } }],
        when: [{ key: "request.auth.claims[groups]", values: ["editors"] }],
      },
    ]);
    expect(specOf(manifests, "RequestAuthentication")).toMatchObject({
      jwtRules: [
        {
          issuer: "https://login.example.com",
          fromHeaders: [{ name: "x-user-token" }],
          forwardOriginalToken: false,
        },
      ],
    });
  });

  it("have their tokens checked and kept at every gateway with HTTP hosts, whatever its rules ask for", () => {
    const gateways =
      "environment: dev\ngateways:\n  - { name: egress, namespace: egress }\n  - { name: plain, namespace: plain }\n  - { name: tls, namespace: tls }\n";
    const host = (name: string, gateway: string, mode: string) =>
      `{ host: ${name}, tls: ${mode}, gateway: ${gateway}, allow: [{ from: { namespace: news } }] }`;
    const some = [host("a.example", "plain", "none"), host("b.example", "tls", "passthrough")];
    const planned = plan(`${PARTS}${hosts(...some)}`, gateways);
    const named = planned.filter(({ kind }) => kind === "RequestAuthentication");
    expect(named.map(({ metadata }) => metadata.name)).toEqual(["plain-users"]);
    expect(named[0]?.spec).toMatchObject({ jwtRules: [{ issuer: "https://login.example.com" }] });
  });

  it("leave no token behind that the gateway did not look at, but for the host's own header", () => {
    const issuers = `issuers:
  - { name: one, issuer: "https://one.example", jwksUri: "https://one.example/keys", header: x-one }
  - { name: two, issuer: "https://two.example", jwksUri: "https://two.example/keys", header: authorization }
`;
    const planned = plan(
      `${issuers}${hosts("{ host: a.example, tls: none, allow: [{ from: { namespace: news } }] }")}`,
    );
    const { http } = specOf<{ http: { headers: { request: { remove: string[] } } }[] }>(
      planned,
      "VirtualService",
      /-gateway$/,
    );
    expect(http).not.toEqual([]);
    for (const { headers } of http) {
      expect(headers.request.remove).toContain("x-one");
      expect(headers.request.remove).not.toContain("authorization");
    }
  });

  it("are asked of a host without callers of its own too, which a wildcard may let in", () => {
    const covering = '{ host: "*.a.example", tls: none, allow: [{ from: { namespace: news } }] }';
    const covered =
      "{ host: b.a.example, tls: none, authorizer: iam, deny: [{ users: { issuer: corp }, methods: [POST] }] }";
    const planned = plan(`${PARTS}${hosts(covering, covered)}`);
    expect(specOf(planned, "RequestAuthentication")).toMatchObject({
      jwtRules: [{ issuer: "https://login.example.com" }],
    });
    expect(rulesOf(planned, /-ask-iam$/)).toEqual([
      { to: [{ operation: { hosts: ["b.a.example"], ports: ["10080"] } }] },
    ]);
  });

  it("asks the authorizer about the host's requests, and may call it", () => {
    expect(specOf(manifests, "AuthorizationPolicy", /-ask-iam$/)).toMatchObject({
      action: "CUSTOM",
      provider: { name: "iam" },
      rules: [{ to: [{ operation: { hosts: ["a.example"], ports: ["10080"] } }] }],
    });
    expect(JSON.stringify(specOf(manifests, "NetworkPolicy", /-ask-iam$/))).toContain(
      '"kubernetes.io/metadata.name":"iam"',
    );
  });
});

it("an owner's groups may read what is made for its hosts, by name, and nothing else", () => {
  const manifests = plan(
    `owner: news\nowners: { news: { groups: [news-team] }, shop: { groups: [shop-team] } }\n${hosts("{ host: a.example, tls: none, allow: [{ from: { namespace: news } }] }")}`,
  );
  const role = only(manifests, "Role", /-owner-/);
  const rules = role.rules as unknown as readonly { verbs: string[]; resourceNames: string[] }[];
  expect(rules.map(({ verbs }) => verbs)).toEqual([["get"], ["get"]]);
  const names = new Set(
    manifests
      .filter(({ metadata }) => metadata.labels?.["egress.sallyport.dev/owner"] === "news")
      .map(({ metadata }) => metadata.name),
  );
  for (const { resourceNames } of rules) for (const name of resourceNames) expect(names).toContain(name);
  expect(only(manifests, "RoleBinding", /-owner-news$/).subjects).toMatchObject([
    { kind: "Group", name: "news-team" },
  ]);
});
