import { describe, expect, it } from "vitest";
import { environment, found, http } from "./rule-problems.ts";

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
      "that denies a path which an encoded slash slips past",
      http("allow: [{ from: { namespace: news }, paths: ['/a%2F*'] }], deny: [{ paths: [/a/b] }]"),
      /deny\[0\]\.paths: a\.example may take/,
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
    ["/a/..;/b", "write /b"],
    ["/a/.;x/b", "write /a/b"],
    ["/a/%2e%2e;/b", "write /b"],
    ["/a%2Fx/../b", "write /b"],
    ["/a%2eb", "write /a.b"],
    ["/%61", "write /a"],
    ["/a\\\\b", "write /a/b"],
    ["/é", "write /%C3%A9"],
    ["/100%", "write /100%25"],
    ["/a?x=1", "write /a"],
    ["politics", "write /politics, or *politics"],
    ["", "write /, or leave paths: out"],
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

  it.each([
    "/health",
    "/sport/*",
    "*.json",
    "/a/{*}/b",
    "/a/{**}",
    "/wiki/%C3%A9",
    "/projects/news%2Fweb/*",
    "/a%2fb",
    "/a;x=1",
    "/:x@y",
  ])("but not one whose path is %s", (path) => {
    expect(
      found(environment(http(`allow: [{ from: { namespace: news }, paths: ["${path}"] }]`))).problems,
    ).toEqual([]);
  });
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

  it("and so is an issuer whose tokens are to be a cookie", () => {
    const issuers =
      "issuers: [{ name: corp, issuer: 'https://a.example', jwksUri: 'https://a.example/keys', header: cookie }]\n";
    expect(found(environment(http(""), issuers)).problems).toEqual([
      expect.stringMatching(/^4:\d+ issuers\[0\]\.header: the whole header is the token/),
    ]);
  });

  it("and so is one whose tokens are to be in a header that requests have anyway", () => {
    const issuers =
      "issuers: [{ name: corp, issuer: 'https://a.example', jwksUri: 'https://a.example/keys', header: user-agent }]\n";
    expect(found(environment(http(""), issuers)).problems).toEqual([
      expect.stringMatching(/^4:\d+ issuers\[0\]\.header: requests have this header anyway/),
    ]);
  });

  it("and so is an authorizer without a time limit", () => {
    const authorizer =
      "authorizers: [{ name: iam, service: authz.iam.svc.cluster.local, port: 9000, protocol: grpc }]\n";
    expect(found(environment(http("authorizer: iam"), authorizer)).problems).toEqual([
      expect.stringMatching(/^4:15 authorizers\[0\]\.timeout: this key is missing → add timeout: /),
    ]);
  });
});

describe("a rule by the header that an issuer's token comes in", () => {
  const issuer = (header: string) =>
    `issuers: [{ name: corp, issuer: a, jwksUri: "https://a.example/k"${header} }]\n`;
  const problems = (rule: string, header = "", head = "") => {
    const host = http(`allow: [{ from: { namespace: news } }${head === "" ? `, ${rule}` : ""}]`);
    return found(environment(host, `${issuer(header)}${head}`)).problems;
  };
  const rule = (name: string, value: string) =>
    `{ from: { serviceAccount: shop/cart }, headers: { ${name}: ["${value}"] } }`;

  it.each([
    ["the default one", rule("x-user-token", "*"), ""],
    ["its own", rule("x-corp", "ey*"), ", header: x-corp"],
    ["authorization, for a token", rule("authorization", "Bearer *"), ", header: authorization"],
  ])("is refused: %s", (_, written, header) => {
    expect(problems(written, header)).toEqual([
      expect.stringMatching(
        /^6:\d+ hosts\[0\]\.allow\[1\]\.headers\.[a-z-]+: the gateway takes tokens of corp out of .* → ask for the end user instead, such as users: \{ issuer: corp \}$/,
      ),
    ]);
  });

  it("is refused at the head of a file, once, and as a denial", () => {
    const head = 'deny: [{ headers: { x-user-token: ["*"] } }]\n';
    expect(problems("", "", head)).toEqual([
      expect.stringMatching(/^5:\d+ deny\[0\]\.headers\.x-user-token: /),
    ]);
  });

  it.each([
    ["another header", rule("x-user-token", "*"), ", header: x-corp"],
    ["another scheme of authorization", rule("authorization", "Basic *"), ", header: authorization"],
  ])("is none by %s", (_, written, header) => {
    expect(problems(written, header)).toEqual([]);
  });
});
