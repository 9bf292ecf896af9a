import { describe, expect, it } from "vitest";
import {
  environmentWith,
  found,
  istiod,
  meshConfig,
  NOTHING,
  namespace,
  object,
  SETTINGS,
} from "./situations.ts";

const AUTHORIZERS =
  "authorizers: [{ name: iam, service: authz.iam.svc.cluster.local, port: 9000, protocol: grpc, timeout: 500ms }]";
const host = (rest: string) =>
  `hosts:\n  - { host: a.example.com, tls: none, allow: [{ from: { namespace: news }${rest} }] }\n`;
const AUTHORIZER = object("Service", "iam/authz");
const under = (mesh: string, text: string, services = [AUTHORIZER]) =>
  found([], text, [namespace("news"), istiod(SETTINGS), meshConfig(mesh), ...services]);

describe("an authorizer", () => {
  const text = environmentWith(AUTHORIZERS, host(""));
  const provider = (fields: string, type = "envoyExtAuthzGrpc") =>
    under(`extensionProviders: [{ name: iam, ${type}: { ${fields} } }]`, text);
  const RIGHT = "service: authz.iam.svc.cluster.local, port: 9000, timeout: 500ms";

  it("is a provider of the mesh, just as it is declared", () => {
    expect(provider(RIGHT)).toEqual(NOTHING);
    expect(provider(`${RIGHT}, failOpen: false`)).toEqual(NOTHING);
    expect(provider(RIGHT.replace("service: ", "service: iam/"))).toEqual(NOTHING);
  });

  it("is a problem where its Service is not there", () => {
    const mesh = `extensionProviders: [{ name: iam, envoyExtAuthzGrpc: { ${RIGHT} } }]`;
    for (const services of [[], [object("Service", "other/authz")]])
      expect(under(mesh, text, services).problems).toEqual([
        expect.stringMatching(/^5:14 authorizers iam: there is no Service iam\/authz/),
      ]);
  });

  it.each([
    ["{}", /^5:14 authorizers iam: .*there is no envoyExtAuthzGrpc of the name iam/],
    [`extensionProviders: [{ name: iam, envoyExtAuthzHttp: { ${RIGHT} } }]`, /there is no envoyExtAuthzGrpc/],
    [
      `extensionProviders: [{ name: iam, envoyExtAuthzGrpc: { ${RIGHT}, failOpen: true } }]`,
      /iam has failOpen/,
    ],
    [
      "extensionProviders: [{ name: iam, envoyExtAuthzGrpc: { service: other.iam.svc.cluster.local, port: 9000 } }]",
      /iam is other\.iam/,
    ],
    [
      "extensionProviders: [{ name: iam, envoyExtAuthzGrpc: { service: authz.iam.svc.cluster.local, port: 9000 } }]",
      /iam has timeout 600s by default, not 500ms/,
    ],
  ])("is a problem where the mesh has %s", (mesh, expected) => {
    expect(under(mesh, text).problems).toEqual([expect.stringMatching(expected)]);
  });
});

describe("rules that look at paths", () => {
  const text = environmentWith("", host(", paths: [/a]"));

  it("take a mesh that compares paths in their normal form", () => {
    for (const normalization of ["MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"])
      expect(under(`pathNormalization: { normalization: ${normalization} }`, text)).toEqual(NOTHING);
    for (const mesh of ["{}", "pathNormalization: { normalization: BASE }"])
      expect(under(mesh, text).problems).toEqual([
        expect.stringContaining(
          "a.example.com:80: its rules look at paths, and the mesh has pathNormalization",
        ),
      ]);
    expect(under("{}", environmentWith("", host(", methods: [GET]")))).toEqual(NOTHING);
  });
});

it("what everyone may call needs the way in each namespace that has sidecars", () => {
  const text = environmentWith(
    "",
    `hosts:\n  - { host: a.example.com, tls: none, allow: [{ from: { namespace: "*" } }] }\n`,
  );
  expect(under("{}", text).problems).toEqual([]);
  const hidden = "discoverySelectors: [{ matchLabels: { kubernetes.io/metadata.name: egress } }]";
  expect(under(hidden, text).problems).toEqual([
    expect.stringContaining("discoverySelectors leave out news"),
  ]);
});
