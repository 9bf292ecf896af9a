import * as networking from "@kubernetes-models/istio/networking.istio.io/v1";
import * as security from "@kubernetes-models/istio/security.istio.io/v1";
import { describe, expect, it } from "vitest";
import { docsObjects } from "../../bench/docs-pattern.ts";

type Checked = new (manifest: never) => { validate(): void };
const SCHEMAS: Readonly<Record<string, Checked>> = { ...networking, ...security };

describe("the documents' pattern", () => {
  const modes = ["none", "passthrough"] as const;

  it.each(modes)("gives a host of mode %s five objects that Istio's schemas take", (mode) => {
    const objects = docsObjects("gateways", { host: "edition.cnn.com", mode, namespaces: ["news"] });
    expect(objects.map(({ manifest }) => manifest.kind).sort()).toEqual([
      "AuthorizationPolicy",
      "DestinationRule",
      "Gateway",
      "ServiceEntry",
      "VirtualService",
    ]);
    for (const { manifest } of objects) {
      const Schema = SCHEMAS[manifest.kind];
      if (Schema === undefined) throw new Error(`no schema of ${manifest.kind}`);
      new Schema(manifest as never).validate();
    }
  });

  it.each(modes)("leads mode %s through the host's own subset, and every sidecar sees it", (mode) => {
    const text = JSON.stringify(docsObjects("gateways", { host: "edition.cnn.com", mode, namespaces: [] }));
    expect(text).toContain('"subset":"edition-cnn-com"');
    expect(text).toContain('"sni":"edition.cnn.com"');
    expect(text).not.toContain("exportTo");
  });
});
