import { parseAllDocuments } from "yaml";
import { readObjects } from "../../access/manifests/read.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import type { Expected, Rule } from "../../policy-pack/rule.ts";
import { environmentOf } from "../stacks.ts";

export const manifestsOf = (file: string) =>
  planEnvironment(environmentOf(file)).map(({ manifest }) => manifest);

/** What breaks a rule, as `kind/namespace/name path`. */
export function broken(rule: Rule, manifests: readonly Manifest[], expected: Expected = {}): string[] {
  return rule
    .find(readObjects(manifests), expected, manifests)
    .map(({ object, path }) => [object, path].join(" ").trimEnd());
}

/** Manifests of the namespace `news`, written as apiVersion/kind, name and spec. */
export function written(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const { kind, name = "one", labels = {}, ...rest } = document.toJS();
    const cut = kind.lastIndexOf("/");
    return {
      apiVersion: kind.slice(0, cut),
      kind: kind.slice(cut + 1),
      metadata: { name, namespace: "news", labels },
      ...rest,
    };
  });
}

/** A rule for calls of api.example.com, with the entry that registers it. */
export const upstream = (tls: string, entry = "") => `
kind: networking.istio.io/v1/DestinationRule
spec: { host: api.example.com, exportTo: [.], trafficPolicy: { tls: ${tls} } }
${entry}`;
export const entryOf = (fields: string) => `---
kind: networking.istio.io/v1/ServiceEntry
spec: { hosts: [api.example.com], ${fields} }`;
export const HTTPS = "ports: [{ number: 443, name: https, protocol: HTTPS }]";
