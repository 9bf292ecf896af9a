import { describe, expect, it } from "vitest";
import { formatProblem } from "../../model/index.ts";
import { loadTexts } from "./memory-files.ts";

const PORTS =
  "[{ port: 80, protocol: http }, { port: 443, protocol: tls }, { port: 5432, protocol: tcp }, { port: 8080, protocol: http }]";
const FRAME = `environment: dev
gateways:
  - { name: egress, namespace: egress, ports: ${PORTS} }
hosts:
`;

const textOf = (host: string) => `${FRAME}  - { ${host} }\n`;
/** Loads an environment with one host. */
const load = (host: string) => loadTexts({ "env.yaml": textOf(host) });

/** Where `@` stands in a host's text, as `line:column`; an entry begins at its brace. */
function placeOf(host: string): string {
  const [, last = ""] = /([^\n]*)@/.exec(textOf(host)) ?? [];
  return `5:${host.startsWith("@") ? 5 : last.length + 1}`;
}

describe("each mode", () => {
  it.each([
    ["none", "", { port: 80 }],
    ["originate", "", { port: 80 }],
    ["mutual", ", clientSecret: one", { port: 80, clientSecret: "one" }],
    ["passthrough", "", { port: 443 }],
    ["tcp", ", port: 5432", { port: 5432 }],
  ])("%s has its default port", (mode, more, expected) => {
    const { environment, problems } = load(`host: a.example.com, tls: ${mode}${more}`);
    expect(problems).toEqual([]);
    expect(environment?.hosts).toEqual([
      {
        host: "a.example.com",
        mode,
        gateway: "egress",
        owner: "platform",
        allow: [],
        deny: [],
        refuse: "forbidden",
        ...expected,
      },
    ]);
  });

  const HTTP = ["none", "originate", "mutual"];
  it.each([
    ["upstreamPort: 8443", HTTP],
    ["caSecret: ca", ["originate"]],
    ["clientSecret: one", ["mutual"]],
    ["insecureSkipVerify: true", ["originate", "mutual"]],
    ["server: www.example.com", []],
    ["addresses: [198.51.100.1/32]", ["tcp"]],
    ["timeout: 15s", HTTP],
    ["retries: { attempts: 1 }", HTTP],
    ["limits: { connections: 1 }", HTTP],
    ["outlierDetection: {}", HTTP],
    ["rateLimit: { requests: 1 }", HTTP],
  ])("takes %s, or says that it has no use for it", (setting, takers) => {
    const [key] = setting.split(":");
    const needed: Record<string, string> = { tcp: "port: 5432, ", mutual: "clientSecret: one, " };
    for (const mode of [...HTTP, "passthrough", "tcp"]) {
      const need = key === "clientSecret" && mode === "mutual" ? "" : (needed[mode] ?? "");
      const whys = load(`host: a.example.com, tls: ${mode}, ${need}${setting}`).problems.map(
        ({ path, why }) => `${path}: ${why}`,
      );
      const useless = `hosts[0].${key}: tls: ${mode} has no use for it`;
      if (takers.includes(mode)) expect(whys).toEqual([]);
      else if (key === "server" && mode === "passthrough") expect(whys).not.toContain(useless);
      else expect(whys).toContain(useless);
    }
  });
});

describe("a host is refused, with place, reason and fix:", () => {
  const tcp = "host: a.example.com, tls: tcp, port: 5432";
  it.each([
    [
      "@host: a.example.com, tls: tcp",
      "hosts[0]: tls: tcp has no port by default",
      "add port: (the one that the application calls)",
    ],
    [
      "@host: a.example.com, tls: mutual",
      "hosts[0]: mutual TLS takes a client certificate",
      "add clientSecret: (a Secret with tls.crt, tls.key and the host's ca.crt in the gateway's namespace), or write tls: originate",
    ],
    [
      "host: a.example.com, tls: mutual, clientSecret: @partner-cacert",
      "hosts[0].clientSecret: istiod takes a Secret whose name ends in -cacert for an authority alone, and finds no client certificate",
      "give the Secret another name, such as partner",
    ],
    [
      "host: a.example.com, tls: none, caSecret: @ca",
      "hosts[0].caSecret: tls: none has no use for it",
      "remove it, or write tls: originate",
    ],
    [
      "host: a.example.com, tls: originate, caSecret: ca, insecureSkipVerify: @true",
      "hosts[0].insecureSkipVerify: with caSecret there is something to verify with",
      "remove it",
    ],
    [
      "host: a.example.com, tls: passthrough, server: @b.example.com",
      "hosts[0].server: only a wildcard has a server of another name",
      "remove it",
    ],
    [
      'host: "*.example.com", tls: passthrough, server: @"*.example.com"',
      "hosts[0].server: one server has one name",
      "write its name, such as www.wikipedia.org",
    ],
    [
      'host: @"*.example.com", tls: tcp, port: 5432',
      "hosts[0].host: plain TCP carries no name that could be matched",
      "declare each host by its own name",
    ],
    ...["upstreamPort: @8443", "limits: @{ requests: 1 }", "outlierDetection: @{}"].map((setting) => [
      `host: "*.example.com", tls: originate, ${setting}`,
      `hosts[0].${setting.split(":")[0]}: a wildcard's hosts have no cluster of their own`,
      "declare the host by its own name",
    ]),
    ...["originate", "mutual, clientSecret: one"].map((mode) => [
      `host: "*.example.com", tls: ${mode}, port: @8080`,
      `hosts[0].port: a wildcard with tls: ${mode.split(",")[0]} is called on port 80 alone`,
      "remove it",
    ]),
    [
      `${tcp}, addresses: [@0.0.0.0/0]`,
      "hosts[0].addresses[0]: this is every address",
      "name the addresses that the host has",
    ],
    [
      `${tcp}, addresses: [198.51.100.1/32, @"2001:db8::/80"]`,
      "hosts[0].addresses[1]: this range of IPv6 can't be matched on its way, where addresses are text, and :: hides how many zeros it stands for",
      "name narrower ranges, such as 2001:db8::/121, or each address, with /128",
    ],
    [
      `${tcp}, addresses: [@"2001:DB8::1/112"]`,
      "hosts[0].addresses[0]: this range of IPv6 can't be matched on its way, where addresses are text, and :: hides how many zeros it stands for",
      "name narrower ranges, such as 2001:db8::/121, or each address, with /128",
    ],
    ...['"2001:db8::1"', "198.51.100.1"].map((address) => [
      `${tcp}, addresses: [@${address}]`,
      "hosts[0].addresses[0]: an address without its bits",
      `write ${address.replaceAll('"', "")}/${address.includes(":") ? 128 : 32}`,
    ]),
    [
      `${tcp}, addresses: [198.51.100.1/32, @198.51.100.1/32]`,
      "hosts[0].addresses[1]: stands twice in this list",
      "remove one of the two",
    ],
    ...["nonsense", "1.2.3", '"::ffff:1.2.3.4"', "10.0.0.300/8"].map((range) => [
      `${tcp}, addresses: [@${range}]`,
      "hosts[0].addresses[0]: not an address range",
      "write it as address/bits, such as 10.0.0.0/8 or fd00::/8",
    ]),
    [
      `${tcp}, addresses: [@198.51.100.20/24]`,
      "hosts[0].addresses[0]: not the range's plain form, which Kubernetes asks for",
      "write 198.51.100.0/24",
    ],
    [
      `${tcp}, addresses: @[]`,
      "hosts[0].addresses: this list has too few entries: at least 1",
      "add an entry",
    ],
    [
      "host: a.example.com, tls: none, timeout: @0s",
      "hosts[0].timeout: not a length of time",
      "write such as 500ms, 15s, 5m or 1h",
    ],
    ...["25h", "1441m", "99999999s", "999999999999999999999ms"].map((timeout) => [
      `host: a.example.com, tls: none, timeout: @${timeout}`,
      "hosts[0].timeout: at most 24 hours",
      "write 24h or less",
    ]),
    [
      "host: a.example.com, tls: none, outlierDetection: { ejection: @99999h }",
      "hosts[0].outlierDetection.ejection: at most 24 hours",
      "write 24h or less",
    ],
    [
      "host: a.example.com, tls: none, timeout: @15",
      "hosts[0].timeout: text belongs here",
      "write a time with its unit, such as 15s",
    ],
    [
      "host: a.example.com, tls: none, limits: @{}",
      "hosts[0].limits: there is no limit in it",
      "write connections:, pendingRequests: or requests:, or remove the key",
    ],
    [
      "host: a.example.com, tls: originate, caSecret: @Partner_CA",
      "hosts[0].caSecret: Kubernetes does not take this as a Secret's name",
      "write such as partner-ca",
    ],
    [
      "host: a.example.com, tls: none, rateLimit: { requests: @5000000000 }",
      "hosts[0].rateLimit.requests: at most 1000000000",
      "write 1000000000 or less",
    ],
    [
      "host: a.example.com, tls: originate, insecureSkipVerify: @false",
      "hosts[0].insecureSkipVerify: true is all that can be written here: false is the default, without the key",
      "remove it",
    ],
    [
      "host: a.example.com, tls: @none, port: 5432",
      "hosts[0].tls: the gateway egress speaks tcp on port 5432",
      "take another port: each has one protocol",
    ],
    [
      "host: a.example.com, tls: tcp, port: @6379",
      "hosts[0].port: the gateway egress has no port 6379",
      "add { port: 6379, protocol: tcp } to its ports",
    ],
  ])("%s", (host, what, fix) => {
    const { environment, problems } = load(host.replace("@", ""));
    expect(environment).toBeUndefined();
    expect(
      problems.map(({ line, column, path, why, fix }) => [`${line}:${column} ${path}: ${why}`, fix]),
    ).toEqual([[`${placeOf(host)} ${what}`, fix]]);
  });

  it("a setting's fault hides no other, and is not taken for a missing one", () => {
    const { problems } = load('host: "*.example.com", tls: mutual, clientSecret: "?", upstreamPort: 0');
    expect(problems.map(({ path }) => path)).toEqual(["hosts[0].clientSecret", "hosts[0].upstreamPort"]);
  });
});

describe("insecureSkipVerify", () => {
  it("is taken, with a warning that names its place", () => {
    const host = "host: a.example.com, tls: originate, insecureSkipVerify: @true";
    const { environment, problems, warnings } = load(host.replace("@", ""));
    expect(problems).toEqual([]);
    expect(environment?.hosts[0]?.insecureSkipVerify).toBe(true);
    expect(warnings.map(formatProblem)).toEqual([
      `env.yaml:${placeOf(host)} hosts[0].insecureSkipVerify = true\n` +
        "  why: whoever stands between the gateway and the host can read and change all that is sent\n" +
        "  fix: name the host's authority as caSecret instead",
    ]);
  });

  it("is the only thing that is warned of", () => {
    expect(load("host: a.example.com, tls: originate, caSecret: ca").warnings).toEqual([]);
  });
});

describe("a TCP host by name", () => {
  it("is warned of, as it takes what no Service claims; one by address is not", () => {
    expect(load("host: a.example.com, tls: tcp, port: 5432").warnings.map(formatProblem)).toEqual([
      'env.yaml:5:13 hosts[0].host = "a.example.com"\n' +
        "  why: all that its callers' namespaces send to port 5432 goes here, but what is for a Service: what is for a pod's own address too\n" +
        "  fix: give its addresses:, or see that nothing in the cluster is called on this port but by a Service",
    ]);
    const byAddress = "host: a.example.com, tls: tcp, port: 5432, addresses: [198.51.100.1/32]";
    expect(load(byAddress).warnings).toEqual([]);
  });
});

describe("the longest time", () => {
  it.each(["24h", "1440m", "86400s", "86400000ms"])("may be %s", (timeout) => {
    expect(load(`host: a.example.com, tls: none, timeout: ${timeout}`).problems).toEqual([]);
  });
});

describe("a wildcard under which anybody may register a name", () => {
  it.each(["co.uk", "com.br", "or.jp"])("is warned of: *.%s", (domain) => {
    expect(load(`host: "*.${domain}", tls: none`).warnings.map(formatProblem)).toEqual([
      `env.yaml:5:13 hosts[0].host = "*.${domain}"\n` +
        `  why: anybody may register a name under ${domain}, and would be granted\n` +
        `  fix: write the domain that is meant, such as *.example.${domain}`,
    ]);
    expect(load(`host: "*.example.${domain}", tls: none`).warnings).toEqual([]);
  });

  it.each(["bbc.uk", "co.example", "co.com"])("is not taken for one: *.%s", (domain) => {
    expect(load(`host: "*.${domain}", tls: none`).warnings).toEqual([]);
  });
});

describe("what two files declare alike", () => {
  const catalog = (settings: string) =>
    `owner: news\nhosts: [{ host: a.example.com, tls: tcp, port: 5432, addresses: [${settings}] }]\n`;
  const problemsOf = (one: string, two: string) =>
    loadTexts({
      "env.yaml": `${FRAME.replace("hosts:\n", "")}imports: [one.yaml, two.yaml]\n`,
      "one.yaml": catalog(one),
      "two.yaml": catalog(two),
    }).problems.map(({ line, column, path, why, fix }) => `${line}:${column} ${path}: ${why}; ${fix}`);

  it("may be written in any order", () => {
    expect(problemsOf("198.51.100.1/32, 203.0.113.0/24", "203.0.113.0/24, 198.51.100.1/32")).toEqual([]);
  });

  it("is refused where a setting differs", () => {
    expect(problemsOf("198.51.100.1/32", "198.51.100.2/32")).toEqual([
      "2:9 hosts[0]: declared already at one.yaml:2:9 by news; make the two the same, or keep one",
    ]);
  });
});
