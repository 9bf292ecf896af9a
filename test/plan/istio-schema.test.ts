import { readFileSync } from "node:fs";
import * as networking from "@kubernetes-models/istio/networking.istio.io/v1";
import * as networkingAlpha from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import * as security from "@kubernetes-models/istio/security.istio.io/v1";
import * as telemetry from "@kubernetes-models/istio/telemetry.istio.io/v1";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";
import { environmentOf, STACKS } from "../stacks.ts";
import { EVERY_KIND, planned } from "./hosts.ts";

type Checked = new (manifest: never) => { validate(): void };
/** Istio's published schemas, apart from any cluster. */
const SCHEMAS: Readonly<Record<string, Checked>> = {
  "networking.istio.io/v1/DestinationRule": networking.DestinationRule,
  "networking.istio.io/v1/Gateway": networking.Gateway,
  "networking.istio.io/v1/ServiceEntry": networking.ServiceEntry,
  "networking.istio.io/v1/Sidecar": networking.Sidecar,
  "networking.istio.io/v1/VirtualService": networking.VirtualService,
  "networking.istio.io/v1alpha3/EnvoyFilter": networkingAlpha.EnvoyFilter,
  "security.istio.io/v1/AuthorizationPolicy": security.AuthorizationPolicy,
  "security.istio.io/v1/RequestAuthentication": security.RequestAuthentication,
  "telemetry.istio.io/v1/Telemetry": telemetry.Telemetry,
};

describe("Istio's own schemas", () => {
  it.each(STACKS)("take every Istio object of %s", (file) => {
    const manifests = planEnvironment(environmentOf(file)).map(({ manifest }) => manifest);
    expect(ofIstio(manifests).length).toBeGreaterThan(8);
    for (const manifest of ofIstio(manifests)) checked(manifest).validate();
  });

  it("take every Istio object of a host of each kind", () => {
    const manifests = ofIstio(planned(...EVERY_KIND));
    expect(manifests.length).toBeGreaterThan(8 * 2);
    for (const manifest of manifests) checked(manifest).validate();
  });

  it("take every Istio object that rules of each kind take", () => {
    const text = readFileSync("docs/reference.md", "utf8");
    const blocks = [...text.matchAll(/```yaml\n# stacks\/([\w./]+)\n([\s\S]*?)```/g)];
    const files = Object.fromEntries(blocks.map(([, name = "", body = ""]) => [name, body]));
    const { "complete.yaml": complete = "", ...others } = files;
    const news = readFileSync("stacks/catalog/news.yaml", "utf8");
    const { environment } = loadTexts({ ...others, "catalog/news.yaml": news, "env.yaml": complete });
    const manifests =
      environment === undefined ? [] : planEnvironment(environment).map(({ manifest }) => manifest);
    expect(ofIstio(manifests).map(({ kind }) => kind)).toContain("RequestAuthentication");
    for (const manifest of ofIstio(manifests)) checked(manifest).validate();
  });

  it("refuse a field of the wrong kind", () => {
    const wrong = {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "wrong" },
      spec: { hosts: "edition.cnn.com" },
    };
    expect(() => checked(wrong).validate()).toThrow(/hosts/);
  });
});

function ofIstio(manifests: readonly Manifest[]): Manifest[] {
  return manifests.filter(({ apiVersion }) => apiVersion.includes(".istio.io/"));
}

function checked(manifest: Manifest) {
  const Schema = SCHEMAS[`${manifest.apiVersion}/${manifest.kind}`];
  if (Schema === undefined) throw new Error(`no schema is known for ${manifest.apiVersion} ${manifest.kind}`);
  return new Schema(manifest as never);
}
