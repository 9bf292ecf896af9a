import { describe, expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";

const ENVIRONMENT = `environment: dev
gateways:
  - name: egress
    namespace: egress
    ports: [${["80, protocol: http", "8080, protocol: http", "443, protocol: tls", "5432, protocol: tcp"]
      .map((port) => `{ port: ${port} }`)
      .join(", ")}]
  - name: other
    namespace: other
    ports: [{ port: 80, protocol: tls }, { port: 443, protocol: tcp }, { port: 5432, protocol: tcp }]
authorizers: [${["iam", "ldap"]
  .map(
    (name) =>
      `{ name: ${name}, service: authz.${name}.svc.cluster.local, port: 9000, protocol: grpc, timeout: 1s }`,
  )
  .join(", ")}]
imports: [one.yaml, two.yaml]
`;

/** What check says of hosts of two teams: each as `file:line:column path = value`, why and fix. */
function conflictsOf(one: readonly string[], two: readonly string[]): string[][] {
  const catalog = (owner: string, hosts: readonly string[]) =>
    `owner: ${owner}\nhosts: [\n${hosts.map((host) => `    { ${host} },\n`).join("")}]\n`;
  return loadTexts({
    "env.yaml": ENVIRONMENT,
    "one.yaml": catalog("one", one),
    "two.yaml": catalog("two", two),
  }).problems.map(({ file, line, column, path, value, why, fix }) => [
    `${file}:${line}:${column} ${path} = ${value}`,
    why,
    fix,
  ]);
}

const to = (...namespaces: string[]) =>
  `allow: [${namespaces.map((namespace) => `{ from: { namespace: ${namespace} } }`).join(", ")}]`;
const host = (name: string, tls: string, ...more: string[]) =>
  [
    `host: "${name}"`,
    `tls: ${tls}`,
    ...more,
    ...(more.some((key) => key.startsWith("gateway:")) ? [] : ["gateway: egress"]),
  ].join(", ");

describe("a wildcard of one team", () => {
  const wildcard = host("*.example.com", "passthrough", to("news"));
  const fix = "declare each host by its own name, or let one team own both";

  it("can't cover another team's host", () => {
    expect(conflictsOf([host("a.b.example.com", "passthrough", to("shop"))], [wildcard])).toEqual([
      [
        'two.yaml:3:13 hosts[0].host = "*.example.com"',
        "covers a.b.example.com:443, declared at one.yaml:3:5 by one",
        fix,
      ],
    ]);
  });

  it("can't cover another team's wildcard", () => {
    expect(conflictsOf([wildcard], [host("*.eu.example.com", "passthrough", to("shop"))])).toEqual([
      [
        'one.yaml:3:13 hosts[0].host = "*.example.com"',
        "covers *.eu.example.com:443, declared at two.yaml:3:5 by two",
        fix,
      ],
    ]);
  });

  it("can't cover a host of its own team in another mode or with other settings behind the same gateway", () => {
    const covering = host("*.example.com", "none", to("news"));
    const bank = host("bank.example.com", "mutual", "clientSecret: bank", to("shop"));
    expect(conflictsOf([covering, bank], [])).toEqual([
      [
        'one.yaml:3:13 hosts[0].host = "*.example.com"',
        "covers bank.example.com:80 at one.yaml:4:5, whose mode or settings its callers would get",
        "declare the two alike, on different ports, or behind different gateways",
      ],
    ]);
    expect(
      conflictsOf([covering, host("slow.example.com", "none", "timeout: 5s", to("shop"))], []),
    ).toHaveLength(1);
    expect(conflictsOf([covering, host("a.example.com", "none", to("shop"))], [])).toEqual([]);
  });

  it.each([
    ["hosts of its own team", [wildcard, host("a.example.com", "passthrough", to("news"))], []],
    ["its domain itself", [wildcard], [host("example.com", "passthrough", to("shop"))]],
    ["a name that only ends alike", [wildcard], [host("a.other-example.com", "passthrough", to("shop"))]],
    ["another port", [wildcard], [host("a.example.com", "none", to("shop"))]],
  ])("leaves alone %s", (_, one, two) => {
    expect(conflictsOf(one, two)).toEqual([]);
  });
});

describe("in one namespace", () => {
  const tcp = (name: string, addresses: string, ...namespaces: string[]) =>
    host(
      name,
      "tcp",
      "port: 5432",
      ...(addresses === "" ? [] : [`addresses: [${addresses}]`]),
      to(...namespaces),
    );

  it("one port can't carry two protocols, by whatever gateways", () => {
    expect(
      conflictsOf(
        [host("a.example.com", "none", to("news", "shop"))],
        [host("b.example.com", "passthrough", "port: 80", "gateway: other", to("shop"))],
      ),
    ).toEqual([
      [
        'two.yaml:3:13 hosts[0].host = "b.example.com"',
        "in shop, port 80 can't carry tls and http: a.example.com at one.yaml:3:5",
        "take different ports, or callers in different namespaces",
      ],
    ]);
  });

  it.each([
    ["", ""],
    ["198.51.100.1/32", ""],
    ["", "198.51.100.1/32"],
  ])("two TCP hosts on a port need addresses: [%s] and [%s]", (one, two) => {
    expect(conflictsOf([tcp("a.example.com", one, "shop")], [tcp("b.example.com", two, "shop")])).toEqual([
      [
        'two.yaml:3:13 hosts[0].host = "b.example.com"',
        "in shop, another TCP host has port 5432, and no address tells the two apart: a.example.com at one.yaml:3:5",
        "give both their addresses:, or take different ports",
      ],
    ]);
  });

  it.each([
    ["198.51.100.7/32", "198.51.100.0/24", "198.51.100.7/32"],
    ["198.51.100.0/24", "198.51.100.7/32", "198.51.100.7/32"],
    ["203.0.113.1/32, 2001:db8::7/128", "2001:db8::7/128", "2001:db8::7/128"],
  ])("two TCP hosts can't have an address in common: [%s] and [%s]", (one, two, shared) => {
    const [conflict, ...more] = conflictsOf(
      [tcp("a.example.com", one, "shop")],
      [tcp("b.example.com", two, "shop")],
    );
    expect(more).toEqual([]);
    expect(conflict?.[1]).toBe(
      `at the gateway egress another TCP host on port 5432 has ${shared} too: a.example.com at one.yaml:3:5`,
    );
    expect(conflict?.[2]).toBe("give each host its own addresses");
  });

  it.each([
    ["198.51.100.7/32", "198.51.100.0/24", "198.51.100.7/32"],
    ["198.51.100.0/24", "198.51.100.7/32", "198.51.100.7/32"],
    ["2001:db8::/64", "2001:db8::7/128", "2001:db8::7/128"],
    ["198.51.100.7/32", "198.51.100.7/32", "198.51.100.7/32"],
  ])("two teams' TCP hosts can't either, whoever may call them: [%s] and [%s]", (one, two, shared) => {
    expect(
      conflictsOf([tcp("a.example.com", one, "shop")], [tcp("b.example.com", two, "news")]).map(
        ([, why]) => why,
      ),
    ).toEqual([
      `at the gateway egress another TCP host on port 5432 has ${shared} too: a.example.com at one.yaml:3:5`,
    ]);
  });

  it("by two gateways they can, but not in one namespace", () => {
    const other = (namespace: string) =>
      host(
        "b.example.com",
        "tcp",
        "port: 5432",
        "addresses: [198.51.100.7/32]",
        "gateway: other",
        to(namespace),
      );
    const one = [tcp("a.example.com", "198.51.100.0/24", "shop")];
    expect(conflictsOf(one, [other("news")])).toEqual([]);
    expect(conflictsOf(one, [other("shop")]).map(([, why]) => why)).toEqual([
      "in shop, another TCP host on port 5432 has 198.51.100.7/32 too: a.example.com at one.yaml:3:5",
    ]);
  });

  it("a range is found behind those of its own host, each pair once", () => {
    const nested = "198.51.100.0/24, 198.51.100.0/28";
    const conflicts = conflictsOf(
      [tcp("a.example.com", "198.51.0.0/16", "shop"), tcp("b.example.com", "203.0.113.0/24", "shop")],
      [tcp("c.example.com", nested, "news")],
    );
    expect(conflicts.map(([, why]) => why)).toEqual([
      "at the gateway egress another TCP host on port 5432 has 198.51.100.0/24 too: a.example.com at one.yaml:3:5",
    ]);
  });

  it("each rival is found, not only the first", () => {
    const conflicts = conflictsOf(
      [tcp("a.example.com", "198.51.100.1/32", "shop"), tcp("b.example.com", "198.51.100.2/32", "shop")],
      [tcp("c.example.com", "198.51.100.2/32", "shop")],
    );
    expect(conflicts.map(([, why]) => why)).toEqual([
      "at the gateway egress another TCP host on port 5432 has 198.51.100.2/32 too: b.example.com at one.yaml:4:5",
    ]);
  });

  it.each([
    [
      "TCP hosts with addresses of their own",
      [tcp("a.example.com", "198.51.100.0/25", "shop")],
      [tcp("b.example.com", "198.51.100.128/25", "shop")],
    ],
    ["TCP hosts of other namespaces", [tcp("a.example.com", "", "shop")], [tcp("b.example.com", "", "news")]],
    [
      "two protocols in other namespaces",
      [host("a.example.com", "none", to("news"))],
      [host("b.example.com", "passthrough", "port: 80", "gateway: other", to("shop"))],
    ],
    [
      "HTTP in several modes",
      [host("a.example.com", "none", to("shop"))],
      [host("b.example.com", "originate", to("shop"))],
    ],
  ])("nothing is wrong with %s", (_, one, two) => {
    expect(conflictsOf(one, two)).toEqual([]);
  });
});

describe("behind one gateway", () => {
  const asks = (name: string, authorizer: string, gateway = "egress") =>
    host(name, "none", `authorizer: ${authorizer}`, `gateway: ${gateway}`, "port: 8080", to("shop"));

  it("hosts can't have two authorizers", () => {
    expect(
      conflictsOf(
        [host("plain.example.com", "none", to("shop")), asks("a.example.com", "iam")],
        [asks("b.example.com", "iam"), asks("c.example.com", "ldap")],
      ),
    ).toEqual([
      [
        expect.stringMatching(/^two.yaml:4:\d+ hosts\[1\].authorizer = "ldap"$/),
        "the gateway egress asks iam already, for a.example.com at one.yaml:4:5, and can't ask two",
        "write iam, or give the host another gateway",
      ],
    ]);
  });
});

describe("one host and port", () => {
  it.each([
    [
      "two teams",
      [host("a.example.com", "none", to("shop"))],
      [host("a.example.com", "none", to("shop"))],
      "let one team own it: one or two",
    ],
    [
      "two modes",
      [host("a.example.com", "none", to("shop")), host("a.example.com", "originate", to("shop"))],
      [],
      "choose one way: none or originate, or give them different ports",
    ],
    [
      "two gateways",
      [
        host("a.example.com", "tcp", "port: 5432", to("shop")),
        host("a.example.com", "tcp", "port: 5432", "gateway: other", to("shop")),
      ],
      [],
      "choose one gateway for it: egress or other",
    ],
  ])("can't be of %s", (_, one, two, fix) => {
    const [conflict, ...more] = conflictsOf(one, two);
    expect(more).toEqual([]);
    expect(conflict?.[0]).toMatch(two.length > 0 ? /^two\.yaml:3:/ : /^one\.yaml:4:/);
    expect(conflict?.[1]).toMatch(/^declared already at one\.yaml:3:5 by one$/);
    expect(conflict?.[2]).toBe(fix);
  });
});

describe("a host that is at fault by itself", () => {
  it.each([
    [
      "another protocol than its port's",
      host("a.example.com", "tcp", "port: 443", to("news")),
      host("b.example.com", "passthrough", to("news")),
      "the gateway egress speaks tls on port 443",
    ],
    [
      "a setting that its mode has no use for",
      host("*.example.com", "passthrough", "timeout: 1s", to("news")),
      host("b.example.com", "passthrough", to("news")),
      "tls: passthrough has no use for it",
    ],
    [
      "an address that is no host's",
      host(
        "a.example.com",
        "tcp",
        "port: 5432",
        'addresses: ["169.254.0.0/16", 198.51.100.1/32]',
        to("news"),
      ),
      host("b.example.com", "tcp", "port: 5432", "addresses: [198.51.100.1/32]", to("news")),
      "is link-local, with the clouds' metadata service",
    ],
  ])("is told of alone, not others for it: %s", (_, wrong, right, why) => {
    for (const found of [conflictsOf([wrong], [right]), conflictsOf([right], [wrong])]) {
      expect(found).toHaveLength(1);
      expect(found[0]?.[1]).toContain(why);
    }
  });
});
