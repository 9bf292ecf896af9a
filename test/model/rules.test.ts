import { describe, expect, it } from "vitest";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "./memory-files.ts";
import { environment, http, line } from "./rule-problems.ts";

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

  it("of a route that answers as not found leads to its line, whatever stands before it", () => {
    const keyAndPlace = (rules: string, before = "") => {
      const host = http(`allow: [${rules}],\n      refuse: not-found`);
      const read = loadTexts({ "env.yaml": environment(`${before}${host}`) });
      const planned = JSON.stringify(read.environment && planEnvironment(read.environment));
      const [, key = ""] = /"refused:([0-9a-f]+)"/.exec(planned) ?? [];
      return { key, ...read.declared.find(({ host }) => host === "a.example")?.ruleAt(key) };
    };
    const alone = keyAndPlace(rule);
    expect(alone).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{10}$/),
      ...{ line: 6, path: ["hosts", 0, "refuse"] },
    });
    expect(keyAndPlace(rule, "{ host: 0.example, tls: none }\n  - ")).toEqual({
      ...alone,
      ...{ line: 7, path: ["hosts", 1, "refuse"] },
    });
    expect(keyAndPlace(`{ from: { namespace: news }, paths: [/c] },\n      ${rule}`)).toMatchObject({
      ...{ line: 7, path: ["hosts", 0, "refuse"] },
    });
  });
});
