import { describe, expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";
import { environment, found, http } from "./rule-problems.ts";

const PRODUCTION = "production: true\nlockdown: [{ namespace: news }]\n";

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
      "everyone exempt from the log",
      'allow: [{ from: [{ namespace: news }, { namespace: "*" }], confirmed: true, monitored: false, until: 2027-01-01 }]',
      /allow\[0\]\.monitored: this exempts everyone/,
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

describe("an exemption from the log", () => {
  it.each([
    ["paths", "paths: [/a]"],
    ["methods", "methods: [GET]"],
    ["headers", "headers: { x-team: [news] }"],
  ])("by a rule with %s is for more than these: a warning", (part, more) => {
    const rule = `{ from: { serviceAccount: news/one }, ${more}, monitored: false, until: 2027-01-01 }`;
    const { problems, warnings } = found(environment(http(`allow: [${rule}]`), PRODUCTION));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(`allow\\[0\\]\\.monitored: .*, not for these ${part} alone`),
    ]);
  });

  it("of an account with an end, for all of a host, is none", () => {
    const rule = "{ from: { serviceAccount: news/one }, monitored: false, until: 2027-01-01 }";
    const { problems, warnings } = found(environment(http(`allow: [${rule}]`), PRODUCTION));
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
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

describe("an audit", () => {
  const audit = (day: string) =>
    environment(
      http(
        `allow: [{ from: { namespace: news } }], deny: [{ methods: [DELETE], mode: audit, until: ${day} }]`,
      ),
    );

  it("goes on through its last day, in UTC, and is enforced from the day after", () => {
    const at = (moment: string) => {
      const { environment: read, warnings } = loadTexts(
        { "env.yaml": audit("2026-11-21") },
        new Date(moment),
      );
      return [read?.hosts[0]?.deny[0]?.audit, warnings.map(({ why }) => why)];
    };
    expect(at("2026-11-21T00:00:00Z")).toEqual([true, ["this audit ends today: then the rule is enforced"]]);
    expect(at("2026-11-21T23:59:59.999Z")).toEqual([
      true,
      ["this audit ends today: then the rule is enforced"],
    ]);
    expect(at("2026-11-22T00:00:00Z")).toEqual([false, ["this audit is over: the rule is enforced"]]);
  });
});

describe("a method", () => {
  const methods = (...list: string[]) =>
    found(environment(http(`allow: [{ from: { namespace: news }, methods: [${list.join(", ")}] }]`)));

  it("that nobody knows is warned of, with the nearest", () => {
    const { problems, warnings } = methods("GET", "GETT", "X-MINE");
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/methods\[1\]: no HTTP method that is known → did you mean GET\?$/),
      expect.stringMatching(/methods\[2\]: no HTTP method that is known → check its spelling$/),
    ]);
  });

  it("of WebDAV is known", () => {
    expect(methods("PROPFIND", "MKCOL", "LOCK").warnings).toEqual([]);
  });
});

describe("a name that one rule alone has is a warning where it is a slip away from another:", () => {
  const LOCKDOWN = "lockdown: [{ namespace: news }]\n";
  const named = (...callers: readonly string[]) =>
    found(environment(http(`allow: [${callers.map((one) => `{ from: { ${one} } }`).join()}]`), LOCKDOWN));

  it.each([
    [
      ["namespace: nwes"],
      /^6:43 hosts\[0\]\.allow\[0\]: only this rule names it, and it is nearly news\/\* → if that is meant, write news\/\*$/,
    ],
    [
      ["serviceAccount: news/politcs", "serviceAccount: news/politics"],
      /allow\[0\]: .* nearly news\/politics → .*, as at env\.yaml:6:/,
    ],
    [["namespace: payment", "namespace: payments"], /allow\[0\]: .* nearly payments\/\*/],
  ])("%s", (callers, expected) => {
    expect(named(...callers)).toMatchObject({ problems: [], warnings: [expect.stringMatching(expected)] });
  });

  it.each([
    [["serviceAccount: news/politics", "serviceAccount: shop/politic"]],
    [["namespace: us-east", "namespace: us-west"]],
    [["namespace: team-a", "namespace: team-b"]],
    [["namespace: shard1", "namespace: shard2"]],
    [["namespace: shop", "namespace: shop-front"]],
  ])("not %s", (callers) => {
    expect(named(...callers)).toMatchObject({ problems: [], warnings: [] });
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

  describe("at the head of a file, once, where it is so at every host that it holds for", () => {
    const two = (head: string, one: string, other: string) =>
      found(
        environment(
          `{ host: a.example, tls: none, ${one} }\n  - { host: b.example, tls: none, ${other} }`,
          head,
        ),
      );
    const NEWS = "allow: [{ from: { namespace: news } }]";
    const SHOP = "allow: [{ from: { namespace: shop } }]";

    it.each([
      ["allow: [{ from: { namespace: news }, paths: [/a] }]\n", /^4:9 allow\[0\]: it changes nothing/],
      ["deny: [{ from: { serviceAccount: nwes/one } }]\n", /^4:16 deny\[0\]\.from: nothing lets it call any/],
    ])("%s", (head, expected) => {
      expect(two(head, NEWS, NEWS)).toMatchObject({
        problems: [],
        warnings: [expect.stringMatching(expected)],
      });
    });

    it.each([
      "allow: [{ from: { namespace: news }, paths: [/a] }]\n",
      "deny: [{ from: { serviceAccount: news/one } }]\n",
    ])("not at one of two: %s", (head) => {
      expect(two(head, NEWS, SHOP)).toMatchObject({ problems: [], warnings: [] });
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

describe("a denial by what the caller itself says is told of,", () => {
  const CORP =
    "issuers: [{ name: corp, issuer: a, jwksUri: https://a.example/k }, { name: other, issuer: b, jwksUri: https://b.example/k }]\n";
  const of = (allow: string, deny: string) =>
    found(environment(http(`allow: [{ from: { namespace: news }${allow} }], deny: [{ ${deny} }]`), CORP));
  const INTERNS = "users: { issuer: corp, claims: { groups: [interns] } }";
  const TEAM = "headers: { x-team: [news] }";

  it.each([
    ["by users", "", INTERNS, "users: a call without a token of corp is not refused"],
    ["by users of another issuer", ", users: { issuer: other }", INTERNS, "users: a call without a token"],
    ["by header", "", TEAM, "headers: a call without x-team, or with its value in other letters' case,"],
    [
      "by header beside an open value",
      ', headers: { x-team: ["s*"] }',
      TEAM,
      "headers: a call without x-team",
    ],
    ["by another header", ", headers: { x-a: [a] }", TEAM, "headers: a call without x-team"],
    [
      "by both, where one is asked for",
      ", users: { issuer: corp }",
      `${INTERNS}, ${TEAM}`,
      "headers: a call",
    ],
    ["by path too", ", paths: [/a, /b]", `paths: [/b], ${TEAM}`, "headers: a call without x-team"],
    ["on trial", "", `${TEAM}, mode: audit, until: 2099-12-31`, "headers: a call without x-team"],
  ])("%s", (_, allow, deny, expected) => {
    const { problems, warnings } = of(allow, deny);
    expect([problems, warnings]).toEqual([[], [expect.stringContaining(`.deny[0].${expected}`)]]);
    expect(warnings[0]).toMatch(/ and the rule at env\.yaml:6:\d+ allows it → let the rules that allow /);
  });

  it.each([
    ["where the rule that allows asks for such a user", ", users: { issuer: corp }", INTERNS],
    ["where it names the values", ", headers: { x-team: [news, sport] }", TEAM],
    ["by path and caller alone", ", paths: [/a, /b]", "from: { serviceAccount: news/one }, paths: [/b]"],
  ])("but not %s", (_, allow, deny) => {
    expect(of(allow, deny)).toMatchObject({ problems: [], warnings: [] });
  });

  it("of a wildcard and of a name under it, once", () => {
    const both = (wildcard: string, name: string) =>
      found(
        environment(
          `{ host: "*.a.example", tls: none, ${wildcard} }\n  - { host: x.a.example, tls: none, ${name} }`,
        ),
      ).warnings;
    const [allow, deny] = ["allow: [{ from: { namespace: news } }]", `deny: [{ ${TEAM} }]`];
    expect(both(allow, deny)).toEqual([
      expect.stringMatching(/hosts\[1\]\.deny\[0\]\.headers: .*the rule at env\.yaml:5:/),
    ]);
    expect(both(deny, allow)).toEqual([
      expect.stringMatching(/hosts\[0\]\.deny\[0\]\.headers: .*the rule at env\.yaml:6:/),
    ]);
    expect(both(`${allow}, ${deny}`, allow.replace("news", "shop"))).toHaveLength(1);
  });
});
