import { describe, expect, it } from "vitest";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "./memory-files.ts";
import { line } from "./rule-problems.ts";

const GATEWAYS =
  "gateways:\n  - { name: egress, namespace: egress }\n  - { name: other, namespace: egress-other }\n";
const host = (name: string, rules: string, gateway = "egress") =>
  `  - { host: ${name}, tls: originate, gateway: ${gateway}, ${rules} }\n`;
const catalogOf = (owner: string, ...hosts: readonly string[]) =>
  `owner: ${owner}\nhosts:\n${hosts.join("")}`;

/** What an environment of these catalogs and a host of another team comes to on a day. */
function onDay(day: string, ...catalogs: readonly string[]) {
  const names = catalogs.map((_, index) => `${index}.yaml`);
  const texts = Object.fromEntries(catalogs.map((text, index) => [names[index] ?? "", text]));
  const own = host("shop.example", "allow: [{ from: { namespace: shop } }]");
  const read = loadTexts(
    { "env.yaml": `environment: dev\n${GATEWAYS}imports: [${names.join()}]\nhosts:\n${own}`, ...texts },
    new Date(`${day}T12:00:00Z`),
  );
  return {
    problems: read.problems.map(line),
    warnings: read.warnings.map(line),
    expired: read.expired.map(({ owner, problem }) => `${owner} ${line(problem)}`),
    hosts: read.environment?.hosts,
  };
}

const EXEMPT = catalogOf(
  "news",
  host(
    "a.example",
    "allow: [{ from: { namespace: news }, except: [{ serviceAccount: news/one }], paths: [/health] }, { from: [{ serviceAccount: news/one }, { serviceAccount: news/two }], methods: [GET] }], deny: [{ from: [{ serviceAccount: news/one }, { serviceAccount: news/three }], except: [{ serviceAccount: news/one, until: 2026-12-31 }], paths: [/politics] }]",
  ),
);
const AUDIT = catalogOf(
  "news",
  host(
    "a.example",
    "allow: [{ from: { namespace: news } }], deny: [{ paths: [/politics], mode: audit, until: 2026-12-31 }]",
  ),
);
const ELSEWHERE = catalogOf(
  "news",
  host("'*.a.example'", "allow: [{ from: { namespace: news } }]"),
  host(
    "one.a.example",
    "allow: [{ from: { namespace: news }, methods: [GET] }], deny: [{ from: { serviceAccount: news/one }, mode: audit, until: 2026-12-31 }]",
    "other",
  ),
);
const NOT_FOUND = catalogOf(
  "news",
  host(
    "'*.a.example'",
    "refuse: not-found, allow: [{ from: { namespace: news }, paths: [/a] }, { from: { namespace: news }, paths: [/b], until: 2026-12-31 }]",
  ),
  host(
    "one.a.example",
    "refuse: not-found, allow: [{ from: { namespace: news }, paths: [/a] }, { from: { namespace: news }, paths: [/b] }]",
  ),
);

describe("what a last day alone brings about", () => {
  const FAULTS: readonly (readonly [what: string, catalog: string, fault: RegExp])[] = [
    ["a way past a denial for whom it exempted", EXEMPT, /allow\[1\]: .*exemption of news\/one .*has ended/],
    ["a way past a denial that was on trial", AUDIT, /deny\[0\]\.paths: .*may take \/POLITICS/],
    ["a denial on trial that another gateway does not ask", ELSEWHERE, /deny: .*does not ask the denial/],
    ["rules that do not add up", NOT_FOUND, /refuse: .*would not add up/],
  ];

  it.each(FAULTS)("is told before: %s", (_, catalog, fault) => {
    const { problems, warnings, expired } = onDay("2026-01-01", catalog);
    expect({ problems, expired }).toEqual({ problems: [], expired: [] });
    expect(warnings.filter((one) => fault.test(one))).toEqual([
      expect.stringContaining(": from 2027-01-01 on: "),
    ]);
  });

  it.each(FAULTS)("is its owner's from then on, and keeps nobody from deploying: %s", (_, catalog, fault) => {
    const { problems, expired, hosts } = onDay("2027-01-01", catalog);
    expect(problems).toEqual([]);
    expect(hosts?.map((one) => one.host)).toContain("shop.example");
    expect(expired.filter((one) => fault.test(one))).toEqual([expect.stringMatching(/^news /)]);
  });

  it("leaves a rule out for those alone who were exempt", () => {
    const rules = (day: string) => onDay(day, EXEMPT).hosts?.find((one) => one.host === "a.example")?.allow;
    const whom = (day: string) =>
      rules(day)
        ?.filter(({ methods }) => methods.length > 0)
        .map(({ except }) => except);
    expect(whom("2026-12-31")).toEqual([[]]);
    expect(whom("2027-01-01")).toEqual([[{ namespace: "news", account: "one" }]]);
  });

  it("is not what holds without a date too: that is everybody's problem, on every day", () => {
    const open = catalogOf(
      "news",
      host(
        "a.example",
        "allow: [{ from: { namespace: news } }, { from: { namespace: ops }, until: 2026-12-31 }], deny: [{ paths: [/politics] }]",
      ),
    );
    for (const day of ["2026-01-01", "2027-01-01"])
      expect(onDay(day, open)).toMatchObject({
        problems: [expect.stringMatching(/deny\[0\]\.paths/)],
        hosts: undefined,
      });
  });

  it("is not a fault of two declarations that agree but for it: they have to agree in their days", () => {
    const twin = (until: string) =>
      catalogOf("news", host("a.example", `allow: [{ from: { namespace: news }${until} }]`));
    const different = (day: string) => onDay(day, twin(", until: 2026-12-31"), twin("")).problems;
    expect(different("2026-01-01")).toEqual([expect.stringMatching(/declared already/)]);
    for (const day of ["2026-01-01", "2027-01-01"])
      expect(onDay(day, twin(", until: 2026-12-31"), twin(", until: 2026-12-31")).problems).toEqual([]);
  });
});

describe("an exemption that has ended, from a denial of hosts behind two gateways", () => {
  const exempt = (rules: string) =>
    `owner: news\n${rules}hosts:\n${host("a.example", BOTH)}${host("b.example", BOTH, "other")}`;
  const BOTH = "allow: [{ from: { namespace: news }, paths: [/health, /politics] }]";
  const DENIAL =
    "deny: [{ paths: [/politics], except: [{ serviceAccount: news/one, until: 2026-12-31 }] }]\n";
  /** The denials of the plan, by their gateways' namespaces: whom each leaves out. */
  const left = (day: string, catalog: string) => {
    const { environment } = loadTexts(
      { "env.yaml": `environment: dev\n${GATEWAYS}imports: [0.yaml]\n`, "0.yaml": catalog },
      new Date(`${day}T12:00:00Z`),
    );
    return (environment === undefined ? [] : planEnvironment(environment))
      .map(({ manifest }) => manifest)
      .filter(({ metadata }) => /-deny-[0-9a-f]{10}$/.test(metadata.name))
      .map(({ metadata, spec }) => [metadata.namespace, JSON.stringify(spec).includes("notPrincipals")]);
  };

  it("is dropped at both, and told once, to its owner alone", () => {
    const catalog = exempt(DENIAL);
    expect(left("2026-12-31", catalog)).toEqual([
      ["egress", true],
      ["egress-other", true],
    ]);
    expect(left("2027-01-01", catalog)).toEqual([
      ["egress", false],
      ["egress-other", false],
    ]);
    expect(onDay("2027-01-01", catalog)).toMatchObject({
      problems: [],
      warnings: [],
      expired: [expect.stringMatching(/^news 2:\d+ deny\[0\]\.except\[0\]\.until: this exemption has ended/)],
    });
  });

  it("closes what would slip past it at both, and tells of that rule once", () => {
    const open = "allow: [{ from: { serviceAccount: news/one }, methods: [GET] }]\n";
    const { problems, expired, hosts } = onDay("2027-01-01", exempt(`${open}${DENIAL}`));
    expect(problems).toEqual([]);
    expect(expired).toEqual([
      expect.stringMatching(/^news 3:\d+ deny\[0\]\.except\[0\]\.until: /),
      expect.stringMatching(/^news 2:\d+ allow\[0\]: .*exemption of news\/one .*has ended/),
    ]);
    const whole = hosts?.filter((one) => one.owner === "news").map(({ host, allow }) => [host, allow.length]);
    expect(whole).toEqual([
      ["a.example", 1],
      ["b.example", 1],
    ]);
  });
});
