import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inWords } from "../../access/manifests/unjudged.ts";
import { matrixOf, type Row, readMatrix } from "../../access/matrix/matrix.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { environmentOf } from "../stacks.ts";
import { gateway, istio, policy, READER } from "./manifests.ts";

const rule = (source: Json | undefined, operation: Json | undefined, when?: Json): Json => ({
  ...(source === undefined ? {} : { from: [{ source }] }),
  ...(operation === undefined ? {} : { to: [{ operation }] }),
  ...(when === undefined ? {} : { when }),
});
const rowsWith = (...rules: readonly Json[]) => matrixOf([...gateway(), policy("ALLOW", rules)]);
const cell = ({ namespace, account, host, port }: Row) => `${namespace}/${account} ${host}:${port}`;
const hosts = ["one.example.com", "two.example.com"];
const HTTP = { hosts: ["one.example.com"], ports: ["10080"] };

const USERS = `environment: users
gateways:
  - { name: egress, namespace: egress }
issuers:
  - { name: corp, issuer: https://login.example.com, jwksUri: https://login.example.com/keys }
hosts:
  - host: with.example.com
    tls: originate
    allow: [{ from: { namespace: news }, users: { issuer: corp, claims: { groups: [editors, admins] } } }]
  - host: without.example.com
    tls: originate
    allow: [{ from: { namespace: news } }]
`;

describe("policies of others", () => {
  it.each<[string, Json, string]>([
    ["a namespace", { namespaces: ["news"] }, "news/*"],
    ["namespaces that begin alike", { namespaces: ["ne*"] }, "ne*/*"],
    ["an account of another namespace", { serviceAccounts: ["news/reader"] }, "news/reader"],
    ["an account of the policy's own namespace", { serviceAccounts: ["reader"] }, "egress/reader"],
    ["the narrower of two lists", { principals: [READER], namespaces: ["news"] }, "news/reader"],
  ])("may name %s", (_, source, caller) => {
    const rows = rowsWith(rule(source, HTTP));
    expect(rows.map(cell)).toEqual([`${caller} one.example.com:80`]);
  });

  it("that name no host are for all of the gateway, and without a port for all of its ports", () => {
    const rows = rowsWith(rule({ namespaces: ["news"] }, { ports: ["10080", "10443"] }));
    expect(rows.map(cell)).toEqual(["news/* *:443", ...hosts.map((host) => `news/* ${host}:80`)]);
    const all = rowsWith(rule({ namespaces: ["news"] }, undefined));
    expect(all.map(cell)).toEqual([
      "news/* *:443",
      ...hosts.flatMap((host) => [`news/* ${host}:80`, `news/* ${host}:8080`]),
    ]);
  });

  it("that name hosts by a pattern are for those that the gateway has", () => {
    const rows = rowsWith(rule({ namespaces: ["news"] }, { hosts: ["*.example.com"], ports: ["10080"] }));
    expect(rows.map(cell)).toEqual(hosts.map((host) => `news/* ${host}:80`));
  });

  it("may leave out paths, methods and hosts", () => {
    const operation = {
      ports: ["10080"],
      notHosts: ["two.example.com"],
      notPaths: ["/a"],
      notMethods: ["PUT"],
    };
    const [row, ...others] = rowsWith(rule({ namespaces: ["news"], notNamespaces: ["x"] }, operation));
    expect(others).toEqual([]);
    expect(row?.allowed.map(({ except }) => except)).toEqual([
      {
        users: [],
        headers: {},
        claims: {},
        principals: ["cluster.local/ns/x/*"],
        hosts: ["two.example.com"],
        paths: ["/a"],
        methods: ["PUT"],
      },
    ]);
  });

  it("refuse without naming a host", () => {
    const denial = policy("DENY", [rule({ serviceAccounts: ["news/reader"] }, { methods: ["POST"] })]);
    const rows = matrixOf([...gateway(), policy("ALLOW", [rule({ namespaces: ["news"] }, HTTP)]), denial]);
    expect(rows.map(({ refused }) => refused.map((one) => [one.principal, one.method]))).toEqual([
      [[READER, "POST"]],
    ]);
  });

  it.each<[string, Json, Json | undefined, Json]>([
    ["any user", { requestPrincipals: ["*"] }, undefined, { iss: ["*"], sub: ["*"] }],
    [
      "users of an issuer",
      { requestPrincipals: ["sso/a", "sso/b"] },
      undefined,
      { iss: ["sso"], sub: ["a", "b"] },
    ],
    ["a claim", {}, [{ key: "request.auth.claims[scope]", values: ["read"] }], { scope: ["read"] }],
    [
      "a user by a condition",
      {},
      [{ key: "request.auth.principal", values: ["sso/*"] }],
      { iss: ["sso"], sub: ["*"] },
    ],
  ])("may ask for %s", (_, source, when, user) => {
    const tokens = istio("RequestAuthentication", "tokens", { jwtRules: [{ issuer: "sso" }] });
    const rows = matrixOf([...gateway(), tokens, policy("ALLOW", [rule(source, HTTP, when)])]);
    expect(rows.map((row) => row.user)).toEqual([user]);
  });

  it("refuse once what a wildcard has with the names under it", () => {
    const asked = (names: readonly string[]) => ({ hosts: names, ports: ["10080"], paths: ["/private"] });
    const refusedBy = (...names: string[]) =>
      matrixOf([
        ...gateway(["*.example.com"]),
        policy("ALLOW", [rule({ namespaces: ["news"] }, { hosts: ["*.example.com"], ports: ["10080"] })]),
        policy("DENY", [rule(undefined, asked(names))]),
      ]).flatMap(({ refused }) => refused.map(({ host, path }) => [host, path]));
    expect(refusedBy("*.example.com", "one.example.com")).toEqual([["*.example.com", "/private"]]);
    expect(refusedBy("one.example.com", "two.example.com")).toEqual([
      ["one.example.com", "/private"],
      ["two.example.com", "/private"],
    ]);
  });

  it("that are not there let everybody in", () => {
    expect(matrixOf(gateway()).map(cell)).toEqual([
      "*/* *:443",
      ...hosts.flatMap((host) => [`*/* ${host}:80`, `*/* ${host}:8080`]),
    ]);
  });
});

describe("rows", () => {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-matrix-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "users.yaml"), USERS);
  const own = planEnvironment(environmentOf(join(folder, "users.yaml"))).map(({ manifest }) => manifest);

  it("tell whose token is asked for, where the gateway takes tokens, and where none is", () => {
    expect(matrixOf(own).map(({ host, user }) => [host, user])).toEqual([
      ["with.example.com", { iss: ["https://login.example.com"], sub: ["*"], groups: ["admins", "editors"] }],
      ["without.example.com", undefined],
    ]);
  });

  it("are foreign where they rest on objects of others, and only there", () => {
    const foreign = istio("AuthorizationPolicy", "theirs", {
      selector: { matchLabels: { "egress.sallyport.dev/gateway": "egress" } },
      rules: [rule({ namespaces: ["shop"] }, { hosts: ["without.example.com"] })],
    });
    expect(matrixOf([...own, foreign]).map((row) => [cell(row), row.isForeign])).toEqual([
      ["news/* with.example.com:80", false],
      ["news/* without.example.com:80", false],
      ["shop/* without.example.com:80", true],
    ]);
    expect(matrixOf([...own, foreign]).filter(({ isForeign }) => !isForeign)).toEqual(matrixOf(own));
  });

  it("say what is not judged", () => {
    const filter = istio("EnvoyFilter", "theirs", {});
    const rows = matrixOf([...own, filter]);
    expect(rows.map(({ unsure }) => unsure)).toEqual(
      rows.map(() => ["EnvoyFilter/egress/theirs changes Envoy's configuration"]),
    );
  });
});

describe("what is not judged", () => {
  const what = (...manifests: readonly Manifest[]) => readMatrix(manifests).gaps.map(inWords);

  it("is told of versions, kinds and forms that are not known", () => {
    expect(
      what(
        istio("VirtualService", "next", {}, { version: "v9" }),
        istio("Surprise", "new", {}),
        istio("VirtualService", "odd", { hosts: "one.example.com" }),
        { ...istio("HTTPRoute", "route", {}), apiVersion: "gateway.networking.k8s.io/v1" },
      ),
    ).toEqual([
      "VirtualService/egress/next has the version v9, which is not known",
      "Surprise/egress/new is of a kind that is not read",
      "VirtualService/egress/odd is not of its kind's form: spec.hosts: Invalid input: expected array, received string",
      "HTTPRoute/egress/route is of a kind that is not read",
    ]);
  });

  it("is nothing of what has no say, and of kinds of others", () => {
    expect(
      what(istio("Telemetry", "log", {}), { ...istio("Thing", "x", {}), apiVersion: "example.com/v7" }),
    ).toEqual([]);
  });

  it("is told of policies that ask for more than a call, and of gateways that others add to", () => {
    const addresses = policy("ALLOW", [rule({ ipBlocks: ["10.0.0.0/8"] }, HTTP)]);
    const other = istio("Gateway", "theirs", { selector: { app: "egress" } }, { namespace: "shop" });
    expect(matrixOf([...gateway(), addresses])).toEqual([]);
    expect(what(...gateway(), addresses, other)).toEqual([
      "Gateway/shop/theirs adds to the gateway egress/egress from another namespace, which is not judged",
      "AuthorizationPolicy/egress/allow asks for ipBlocks, which is not judged",
    ]);
  });
});
