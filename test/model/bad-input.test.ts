import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadEnvironment } from "../../model/index.ts";
import { folderOf } from "../folders.ts";

/** Loads files of a folder of their own, and gives each problem as `line:column path: why`. */
function problemsOf(files: Record<string, string>): string[] {
  const folder = folderOf(files);
  return loadEnvironment(join(folder, "env.yaml")).problems.map(
    ({ file, line, column, path, why }) =>
      `${file.slice(folder.length + 1)}:${line}:${column} ${path}: ${why}`,
  );
}

const GATEWAY = "environment: dev\ngateways:\n  - { name: egress, namespace: egress }\n";
const host = (text: string) => ({ "env.yaml": `${GATEWAY}hosts:\n  - ${text}\n` });

describe("a host's name", () => {
  it.each([
    ["https://edition.cnn.com", "a host has no scheme"],
    ["edition.cnn.com/politics", "a host has no path"],
    ["edition.cnn.com:443", "the port does not belong in the host"],
    ["Edition.cnn.com", "a host is in lower case"],
    ["edition.cnn.com.", "a host has no trailing dot"],
    ["bücher.example", "a host is declared in its ASCII form, as it travels"],
    ["*.com", "a wildcard of a whole top-level domain would leave hardly anything out"],
    ["en.*.org", "a wildcard can only be the whole first label"],
    ["*.*.wikipedia.org", "a wildcard can only be the whole first label"],
    ["*", "a wildcard can only be the whole first label"],
    ["*.svc.cluster.local", "this name belongs to the cluster, not to the outside"],
    ["198.51.100.10", "an address is not a host name"],
    ["shop.default.svc.cluster.local", "this name belongs to the cluster, not to the outside"],
    ["localhost", "a host outside the cluster has a domain"],
  ])("%s is refused", (name, why) => {
    expect(problemsOf(host(`{ host: "${name}", tls: none }`))).toEqual([
      `env.yaml:5:13 hosts[0].host: ${why}`,
    ]);
  });

  it.each([
    ['"*.Wikipedia.org"', "write *.wikipedia.org"],
    ['"*.bücher.example"', "write *.xn--bcher-kva.example"],
    ['"*.wikipedia.org."', "write *.wikipedia.org"],
    ['"https://*.wikipedia.org/wiki"', "write *.wikipedia.org"],
    ["127.1", "write text. A host outside the cluster, such as edition.cnn.com."],
  ])("as %s is told how to be written", (name, fix) => {
    const folder = folderOf(host(`{ host: ${name}, tls: none }`));
    expect(loadEnvironment(join(folder, "env.yaml")).problems.map((problem) => problem.fix)).toEqual([fix]);
  });

  it("may stand for every name under a domain", () => {
    expect(problemsOf(host('{ host: "*.wikipedia.org", tls: none }'))).toEqual([]);
  });
});

describe("all problems at once", () => {
  it("of both halves of a file", () => {
    expect(
      problemsOf({
        "env.yaml": `${GATEWAY}lockdwn: []\nimports: [missing.yaml]\nhosts:\n  - { host: a.example, tls: starttls }\n`,
      }),
    ).toEqual([
      "env.yaml:4:1 lockdwn: no such key here",
      "env.yaml:5:11 imports[0]: there is no such file",
      "env.yaml:7:29 hosts[0].tls: not one of the known values",
    ]);
  });

  it("suggests the key that was meant", () => {
    const folder = folderOf({ "env.yaml": `${GATEWAY}lockdwn: []\n` });
    expect(loadEnvironment(join(folder, "env.yaml")).problems[0]?.fix).toBe("did you mean lockdown?");
  });
});

describe("keys", () => {
  it("are told apart by their text, wherever they stand", () => {
    expect(
      problemsOf({ "env.yaml": `${GATEWAY}hosts: []\nhosts: []\n1: a\n"1": b\n__proto__: c\n` }),
    ).toEqual([
      "env.yaml:5:1 : this key stands twice in one map",
      "env.yaml:7:1 : this key stands twice in one map",
      "env.yaml:8:1 : this word can't be a key: readers in JavaScript would lose it",
    ]);
  });
});

describe("a chain of imports", () => {
  it("ends after thirty-two", () => {
    const chain = Array.from({ length: 40 }, (_, index) => [
      `${index}.yaml`,
      `owner: a\nimports: [${index + 1}.yaml]\n`,
    ]);
    expect(problemsOf({ "env.yaml": `${GATEWAY}imports: [0.yaml]\n`, ...Object.fromEntries(chain) })).toEqual(
      ["31.yaml:2:11 imports[0]: imports lead through more than 32 files in a row"],
    );
  });
});

describe("what can't go together", () => {
  const owned = (owner: string, namespace: string) =>
    `owner: ${owner}\nhosts:\n  - { host: a.example, tls: none, allow: [{ from: { namespace: ${namespace} } }] }\n`;

  it("is one host of two owners, named with both places", () => {
    const [problem] = problemsOf({
      "env.yaml": `${GATEWAY}imports: [one.yaml, two.yaml]\n`,
      "one.yaml": owned("one", "a"),
      "two.yaml": owned("two", "a"),
    });
    expect(problem).toMatch(/^two\.yaml:3:5 hosts\[0\]: declared already at .*one\.yaml:3:5 by one$/);
  });

  it("is a loop of imports", () => {
    expect(
      problemsOf({
        "env.yaml": `${GATEWAY}imports: [one.yaml]\n`,
        "one.yaml": "owner: one\nimports: [two.yaml]\n",
        "two.yaml": "owner: two\nimports: [one.yaml]\n",
      }),
    ).toEqual(["two.yaml:2:11 imports[0]: the imports go round in a loop"]);
  });

  it.each([
    [
      "gateways:\n  - { name: egress, namespace: istio-system }",
      "policies in istiod's root namespace hold for the whole mesh",
    ],
    ["gateways:\n  - { name: egress, namespace: egress, replicas: { min: 5, max: 2 } }", "min is above max"],
    [
      "gateways:\n  - { name: egress, namespace: egress, mutualTLS: off }",
      "without mutual TLS on the hop the gateway can't know who calls, so no grant could be enforced",
    ],
    [`${GATEWAY.slice(17)}nodes: { provider: existing }`, "neither names nor selector is given"],
  ])("is %s", (text, why) => {
    expect(problemsOf({ "env.yaml": `environment: dev\n${text}\n` }).join()).toContain(why);
  });
});

describe("a file that is no declaration", () => {
  it.each([
    ["environment: [", /YAML: /],
    ["environment: &a dev\ngateways: *a\n", /anchors and aliases are not read/],
    ["x".repeat(9 * 1024 * 1024), /the file has 9437184 bytes/],
    ["", /^env\.yaml:1:1 : a map of keys and values belongs here$/],
  ])("is refused (%#)", (text, why) => {
    expect(problemsOf({ "env.yaml": text }).join("\n")).toMatch(why);
  });
});

describe("a file of millions of values", () => {
  it("is refused before they take the memory", { timeout: 60_000 }, () => {
    expect(problemsOf({ "env.yaml": `${GATEWAY}hosts:\n${"- [\n".repeat(800_000)}` })).toEqual([
      expect.stringContaining("the file holds more values than are read of one file"),
    ]);
  });

  it("with a fault in each has its first problems told", { timeout: 60_000 }, () => {
    const problems = problemsOf({ "env.yaml": `${GATEWAY}hosts: [${"{},".repeat(20_000)}]\n` });
    expect(problems.length).toBeLessThan(10_100);
    expect(problems.at(-1)).toContain("the hosts from here on were not looked at");
  });
});

describe("an address range", () => {
  it.each([
    ["10.0.0.1/8", "write 10.0.0.0/8"],
    ["FD00::/8", "write fd00::/8"],
    ["::ffff:10.0.0.0/104", "write the IPv4 range itself"],
    ["10.1/16", "write an IPv4 address as four numbers"],
    ["10.0.0.0/33", "write it as address/bits, such as 10.0.0.0/8 or fd00::/8"],
  ])("%s is not as Kubernetes takes it", (cidr, fix) => {
    const folder = folderOf({
      "env.yaml": `${GATEWAY}lockdown:\n  - { namespace: news, reach: [{ cidr: "${cidr}", ports: [443] }] }\n`,
    });
    expect(loadEnvironment(join(folder, "env.yaml")).problems.map((problem) => problem.fix)).toEqual([fix]);
  });
});

describe("mutualTLS", () => {
  it("is refused with the reason wherever it is written", () => {
    expect(problemsOf({ "env.yaml": `${GATEWAY}mesh: { mutualTLS: off }\n` })).toEqual([
      expect.stringContaining("nobody could tell who calls"),
    ]);
  });
});
