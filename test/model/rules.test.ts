import { describe, expect, it } from "vitest";
import type { Problem } from "../../model/index.ts";
import { loadTexts } from "./memory-files.ts";

/** Line 5 has the host, from column 5; what stands before hosts shifts it. */
const environment = (host: string, before = "") =>
  `environment: dev\ngateways:\n  - { name: egress, namespace: egress, ports: [{ port: 80, protocol: http }, { port: 443, protocol: tls }, { port: 5432, protocol: tcp }] }\n${before}hosts:\n  - ${host}\n`;
const http = (rest: string) => `{ host: a.example, tls: none, ${rest} }`;

const line = ({ line, column, path, why, fix }: Problem) => `${line}:${column} ${path}: ${why} → ${fix}`;
/** What is found of one file, at noon of 2026-11-21. */
function found(text: string) {
  const { problems, warnings, expired, environment } = loadTexts({ "env.yaml": text });
  return {
    problems: problems.map(line),
    warnings: warnings.map(line),
    expired: expired.map(({ owner, problem }) => `${owner} ${line(problem)}`),
    host: environment?.hosts[0],
  };
}
const PRODUCTION = "production: true\n";

describe("a rule is refused, at its place and with the fix,", () => {
  it.each([
    [
      "that nobody is left of",
      http("allow: [{ from: { serviceAccount: news/one }, except: [{ namespace: news }] }]"),
      /^5:89 hosts\[0\]\.allow\[0\]\.except: nobody is left.* → remove the rule, or except fewer$/,
    ],
    [
      "that leaves out whom it does not name",
      http("allow: [{ from: { namespace: news }, except: [{ serviceAccount: shop/cart }] }]"),
      /allow\[0\]\.except: from does not name it/,
    ],
    [
      "with paths, of a TLS host",
      "{ host: a.example, tls: passthrough, allow: [{ from: { namespace: news }, paths: [/a] }] }",
      /^5:\d+ hosts\[0\]\.allow\[0\]\.paths: with tls: passthrough the gateway sees no requests.* → remove it, or declare the host with tls: originate$/,
    ],
    [
      "with methods, of a TCP host",
      "{ host: a.example, tls: tcp, port: 5432, allow: [{ from: { namespace: news }, methods: [GET] }] }",
      /allow\[0\]\.methods: with tls: tcp the gateway sees no requests/,
    ],
    [
      "with an issuer that nobody declared",
      http("allow: [{ from: { namespace: news }, users: { issuer: corp } }]"),
      /allow\[0\]\.users\.issuer: the environment has no issuer of this name → declare it under issuers:/,
    ],
    [
      "that denies a path which other letters' case slips past",
      http("allow: [{ from: { namespace: news } }], deny: [{ paths: [/politics] }]"),
      /deny\[0\]\.paths: a\.example may take \/POLITICS or \/politics;x for the same/,
    ],
    [
      "that denies by itself until a day",
      http(
        "allow: [{ from: { namespace: news } }], deny: [{ from: { namespace: news }, until: 2027-01-01 }]",
      ),
      /deny\[0\]\.until: a refusal that ends by itself/,
    ],
    [
      "until a day that is none",
      http("allow: [{ from: { namespace: news }, until: 2026-02-30 }]"),
      /allow\[0\]\.until: not a day/,
    ],
    [
      "with ports, at a host",
      http("allow: [{ from: { namespace: news }, ports: [80] }]"),
      /allow\[0\]\.ports: no such key here/,
    ],
  ])("%s", (_, host, expected) => {
    expect(found(environment(host)).problems).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ["/a//b", "write /a/b"],
    ["/a/./b", "write /a/b"],
    ["/a/x/../b", "write /a/b"],
    ["/a%2Fb", "write /a/b"],
    ["/a%2eb", "write /a.b"],
    ["/%61", "write /a"],
    ["/a\\\\b", "write /a/b"],
    ["/é", "write /%C3%A9"],
    ["/100%", "write /100%25"],
    ["/a?x=1", "write /a"],
    ["politics", "write /politics, or *politics"],
    ["*", "leave paths: out"],
    ["/*", "leave paths: out"],
    ["/a/*/b", "write {*} for one segment in the middle, such as /a/{*}/b"],
    ["*a*", "write {*} for one segment in the middle, such as /a/{*}/b"],
    ["/a/{x}", "write such as /a/{*}/b"],
    ["/a/{*}x", "write such as /a/{*}/b or /a/{**}"],
    ["/{**}/{*}", "write such as /a/{*}/{**}"],
  ])("whose path is %s", (path, fix) => {
    const { problems } = found(
      environment(http(`allow: [{ from: { namespace: news }, paths: ["${path}"] }]`)),
    );
    expect(problems).toEqual([expect.stringContaining(` → ${fix}`)]);
    expect(problems[0]).toMatch(/^5:\d+ hosts\[0\]\.allow\[0\]\.paths\[0\]: /);
  });

  it.each(["/health", "/sport/*", "*.json", "/a/{*}/b", "/a/{**}", "/wiki/%C3%A9", "/a;x=1", "/:x@y"])(
    "but not one whose path is %s",
    (path) => {
      expect(
        found(environment(http(`allow: [{ from: { namespace: news }, paths: ["${path}"] }]`))).problems,
      ).toEqual([]);
    },
  );
});

describe("a host is refused", () => {
  it.each([
    [
      "whose rules differ in who may call, and what is not allowed is not found",
      http(
        "refuse: not-found, allow: [{ from: { namespace: news }, paths: [/a] }, { from: { namespace: shop }, paths: [/b] }]",
      ),
      /^5:\d+ hosts\[0\]\.refuse: the answer 404 can't tell callers apart.* → give all the same from, except and users, or write refuse: forbidden$/,
    ],
    [
      "of which all is found",
      http("refuse: not-found, allow: [{ from: { namespace: news } }]"),
      /refuse: there is nothing that could be not found/,
    ],
    [
      "of TLS, where what is not allowed is not found",
      "{ host: a.example, tls: passthrough, refuse: not-found }",
      /refuse: with tls: passthrough the gateway sees no requests/,
    ],
    [
      "with an authorizer that nobody declared",
      http("authorizer: iam"),
      /authorizer: the environment has no authorizer of this name/,
    ],
  ])("%s", (_, host, expected) => {
    expect(found(environment(host)).problems).toEqual([expect.stringMatching(expected)]);
  });

  it("and so is an authorizer without a time limit", () => {
    const authorizer =
      "authorizers: [{ name: iam, service: authz.iam.svc.cluster.local, port: 9000, protocol: grpc }]\n";
    expect(found(environment(http("authorizer: iam"), authorizer)).problems).toEqual([
      expect.stringMatching(/^4:15 authorizers\[0\]\.timeout: this key is missing → add timeout: /),
    ]);
  });
});

describe("what is better not declared is a warning, and an error in production:", () => {
  const RULES: readonly (readonly [what: string, rules: string, expected: RegExp])[] = [
    [
      "everyone, not confirmed",
      'allow: [{ from: { namespace: "*" } }]',
      /allow\[0\]\.from: this is everyone/,
    ],
    [
      "an exemption from the log without an end",
      "allow: [{ from: { namespace: news }, monitored: false }]",
      /allow\[0\]\.monitored: .*without an end/,
    ],
    [
      "an exemption from a denial without an end",
      "allow: [{ from: { namespace: news } }], deny: [{ except: [{ serviceAccount: news/one }] }]",
      /deny\[0\]\.except\[0\]: an exemption without an end/,
    ],
    [
      "an audit without an end",
      "allow: [{ from: { namespace: news } }], deny: [{ from: { serviceAccount: news/one }, mode: audit }]",
      /deny\[0\]\.mode: an audit without an end/,
    ],
  ];
  it.each(RULES)("%s", (_, rules, expected) => {
    expect(found(environment(http(rules)))).toMatchObject({
      problems: [],
      warnings: [expect.stringMatching(expected)],
    });
    expect(found(environment(http(rules), PRODUCTION)).problems).toEqual([expect.stringMatching(expected)]);
  });

  it("everyone, confirmed, is neither", () => {
    const text = environment(http('allow: [{ from: { namespace: "*" }, confirmed: true }]'), PRODUCTION);
    expect(found(text)).toMatchObject({ problems: [], warnings: [] });
  });
});

describe("a last day", () => {
  const until = (day: string) => environment(http(`allow: [{ from: { namespace: news }, until: ${day} }]`));

  it.each([
    ["2026-11-21", "ends today"],
    ["2026-11-22", "ends in 1 day"],
    ["2026-12-05", "ends in 14 days"],
  ])("%s is told beforehand", (day, words) => {
    const { warnings, host, expired } = found(until(day));
    expect(warnings).toEqual([expect.stringContaining(`allow[0].until: this rule ${words}`)]);
    expect(host?.allow).toHaveLength(1);
    expect(expired).toEqual([]);
  });

  it("is not told more than fourteen days before", () => {
    expect(found(until("2026-12-06")).warnings).toEqual([]);
  });

  it("once over leaves the rule out, and is its owner's to mend", () => {
    const { problems, warnings, expired, host } = found(until("2026-11-20"));
    expect({ problems, warnings, allow: host?.allow }).toEqual({ problems: [], warnings: [], allow: [] });
    expect(expired).toEqual([
      expect.stringMatching(
        /^platform 5:\d+ hosts\[0\]\.allow\[0\]\.until: this rule has ended and is left out/,
      ),
    ]);
  });

  it("of an exemption leaves the denial without it; of an audit enforces it", () => {
    const rules = (day: string) =>
      `allow: [{ from: { namespace: news } }], deny: [{ except: [{ serviceAccount: news/one, until: ${day} }] }, { from: { serviceAccount: news/two }, mode: audit, until: ${day} }]`;
    const [before, after] = ["2027-01-01", "2026-11-20"].map((day) => found(environment(http(rules(day)))));
    const shape = (host: typeof before) =>
      host?.host?.deny.map(({ except, audit }) => [except.length, audit]).sort();
    expect(shape(before)).toEqual([
      [0, true],
      [1, false],
    ]);
    expect(shape(after)).toEqual([
      [0, false],
      [0, false],
    ]);
    expect(after?.expired).toHaveLength(1);
    expect(after?.warnings).toContainEqual(
      expect.stringContaining("this audit is over: the rule is enforced"),
    );
  });
});

describe("a rule that changes nothing is a warning:", () => {
  it.each([
    [
      "one that another covers",
      "allow: [{ from: { namespace: news }, paths: [/a/*] }, { from: { serviceAccount: news/one }, paths: [/a/b], methods: [GET] }]",
      /allow\[1\]: it changes nothing: the rule at env\.yaml:5:43 covers it/,
    ],
    [
      "one that a denial refuses",
      "allow: [{ from: { serviceAccount: news/one } }], deny: [{ from: { namespace: news } }]",
      /allow\[0\]: it lets nothing through/,
    ],
    [
      "a denial of an account that nothing lets in",
      "allow: [{ from: { namespace: news } }], deny: [{ from: { serviceAccount: nwes/one } }]",
      /deny\[0\]\.from: nothing lets it call a\.example:80 anyway/,
    ],
  ])("%s", (_, rules, expected) => {
    expect(found(environment(http(rules)))).toMatchObject({
      problems: [],
      warnings: [expect.stringMatching(expected)],
    });
  });

  it("not a denial of somebody whom a wildcard lets in", () => {
    const [of, over] = ["en.a.example", "'*.a.example'"].map(
      (host) => (rules: string) => `{ host: ${host}, tls: none, ${rules} }`,
    );
    const denied = of?.("deny: [{ from: { namespace: news } }]") ?? "";
    const allowed = over?.("allow: [{ from: { namespace: news } }]") ?? "";
    expect(found(environment(denied)).warnings).toEqual([expect.stringContaining("nothing lets it call")]);
    expect(found(environment(`${denied}\n  - ${allowed}`))).toMatchObject({ problems: [], warnings: [] });
  });

  it("not one that differs in what is logged", () => {
    const rules =
      "allow: [{ from: { namespace: news } }, { from: { serviceAccount: news/one }, monitored: false, until: 2027-01-01 }]";
    expect(found(environment(http(rules)))).toMatchObject({ problems: [], warnings: [] });
  });
});

describe("the rules of a file", () => {
  const catalog = (rules: string) =>
    `owner: news\n${rules}\nhosts:\n  - ${http("allow: []")}\n  - { host: b.example, tls: passthrough }\n`;
  const load = (rules: string, more = "") =>
    loadTexts({
      "env.yaml": `${environment("{ host: c.example, tls: none }", more)}imports: [one.yaml]\n`,
      "one.yaml": catalog(rules),
    });
  const callers = (rules: string, more = "") =>
    Object.fromEntries(
      load(rules, more).environment?.hosts.map(({ host, allow }) => [
        host,
        allow.map(({ owner }) => owner),
      ]) ?? [],
    );

  it("hold for its own hosts, on their ports; those of the environment for all", () => {
    const allow = "allow: [{ from: { namespace: news } }]";
    const none = { "a.example": [], "b.example": [], "c.example": [] };
    expect(callers(allow)).toEqual({ ...none, "a.example": ["news"], "b.example": ["news"] });
    expect(callers("allow: [{ from: { namespace: news }, ports: [443] }]")).toEqual({
      ...none,
      "b.example": ["news"],
    });
    expect(callers("allow: []", `${allow}\n`)).toEqual({
      "a.example": ["platform"],
      "b.example": ["platform"],
      "c.example": ["platform"],
    });
  });

  it("that no host has a use for are a warning", () => {
    const { warnings } = load("allow: [{ from: { namespace: news }, ports: [5432] }]");
    expect(warnings.map(line)).toEqual([expect.stringMatching(/^2:9 allow\[0\]: it holds for no host/)]);
  });

  it("that look at requests name the ports of HTTP hosts", () => {
    expect(load("allow: [{ from: { namespace: news }, paths: [/a] }]").problems.map(line)).toEqual([
      expect.stringMatching(
        /^2:\d+ allow\[0\]\.paths: it holds for b\.example:443.* → add ports: \(those of the HTTP hosts\)$/,
      ),
    ]);
    expect(load("allow: [{ from: { namespace: news }, paths: [/a], ports: [80] }]").problems).toEqual([]);
  });
});

describe("a rule's key", () => {
  const rule = "{ from: { namespace: news }, paths: [/b, /a] }";
  const keyAndPlace = (rules: string) => {
    const { declared } = loadTexts({ "env.yaml": environment(http(`allow: [\n      ${rules}]`)) });
    const key = declared[0]?.allow.find(({ paths }) => paths.includes("/a"))?.key ?? "";
    return { key, line: declared[0]?.ruleAt(key)?.line };
  };

  it("leads to its line, whatever stands before it", () => {
    const alone = keyAndPlace(rule);
    expect(alone).toEqual({ key: expect.stringMatching(/^[0-9a-f]{10}$/), line: 6 });
    expect(keyAndPlace(`{ from: { namespace: shop } },\n      ${rule}`)).toEqual({ ...alone, line: 7 });
    expect(keyAndPlace(rule.replace("[/b, /a]", "[/a, /b]"))).toEqual(alone);
    expect(keyAndPlace(rule.replace("/b", "/c")).key).not.toBe(alone.key);
  });
});
