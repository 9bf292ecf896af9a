import { describe, expect, it } from "vitest";
import { found, meshConfig, NOTHING, namespace, object, SOUND } from "./situations.ts";

const entry = (path: string, hosts: string[], port = 80, exportTo?: string[]) =>
  object("ServiceEntry", path, {
    spec: { hosts, ports: [{ number: port }], ...(exportTo === undefined ? {} : { exportTo }) },
  });
const route = (path: string, host: string, spec: object) =>
  object("VirtualService", path, { spec: { hosts: [host], ...spec } });

describe("a declared host's rival", () => {
  it("is a ServiceEntry for its port that callers see, named with the declaration's place", () => {
    expect(found([entry("other/steal", ["edition.cnn.com"])])).toEqual({
      problems: [
        "7:5 edition.cnn.com:80: ServiceEntry other/steal is for this host too, is seen in news, and shows their sidecars another way: calls can go round the gateway, or fail",
      ],
      warnings: [],
    });
    for (const exportTo of [["."], ["shop"], ["~"]])
      expect(found([entry("other/steal", ["edition.cnn.com"], 80, exportTo)])).toEqual(NOTHING);
    for (const exportTo of [["*"], ["shop", "news"]])
      expect(found([entry("other/steal", ["edition.cnn.com"], 80, exportTo)]).problems).toHaveLength(1);
    expect(found([entry("news/own", ["edition.cnn.com"], 80, ["."])]).problems).toHaveLength(1);
    expect(found([entry("other/steal", ["edition.cnn.com"], 8080)])).toEqual(NOTHING);
  });

  it("is told once for all hosts that it takes, with all who see it", () => {
    const { problems } = found([entry("other/steal", ["en.wikipedia.org", "www.example.com"], 443)]);
    expect(problems).toEqual([
      expect.stringContaining("8:5 en.wikipedia.org:443 and 1 more: ServiceEntry other/steal"),
    ]);
    expect(problems[0]).toContain("is seen in news and shop");
  });

  it("is a more specific name under a declared wildcard, but no broader one", () => {
    expect(found([entry("other/a", ["api.example.com"], 443)]).problems).toHaveLength(1);
    expect(found([entry("other/a", ["*.api.example.com"], 443)]).problems).toHaveLength(1);
    expect(found([entry("other/a", ["*.com"], 443), entry("other/b", ["*.cnn.com"])])).toEqual(NOTHING);
  });

  it("is a VirtualService of the mesh that routes what the application speaks on that port", () => {
    const http = { http: [{ route: [] }] };
    expect(found([route("other/turn", "edition.cnn.com", http)]).problems).toEqual([
      expect.stringMatching(
        /^7:5 edition.cnn.com:80: VirtualService other\/turn .* turns their calls elsewhere/,
      ),
    ]);
    expect(found([route("other/turn", "en.wikipedia.org", http)])).toEqual(NOTHING);
    expect(found([route("other/turn", "en.wikipedia.org", { tcp: [{}] })]).problems).toHaveLength(1);
    const other = { http: [{ match: [{ port: 8080 }], route: [] }] };
    expect(found([route("other/turn", "edition.cnn.com", other)])).toEqual(NOTHING);
    expect(found([route("other/turn", "edition.cnn.com", { ...http, gateways: ["in"] })])).toEqual(NOTHING);
    expect(
      found([route("other/turn", "edition.cnn.com", { ...http, gateways: ["in", "mesh"] })]).problems,
    ).toHaveLength(1);
  });

  it("is seen as the mesh's own defaults say", () => {
    const mesh = "defaultVirtualServiceExportTo: [.]\ndefaultServiceExportTo: ['*', ignored]";
    const base = [...SOUND.filter(({ kind }) => kind !== "ConfigMap"), meshConfig(mesh)];
    const turn = route("other/turn", "edition.cnn.com", { http: [{}] });
    expect(found([turn], undefined, base)).toEqual(NOTHING);
    expect(found([entry("other/steal", ["edition.cnn.com"])], undefined, base).problems).toHaveLength(1);
  });

  it("is a Service of that name", () => {
    const hosts =
      "owner: o\nhosts:\n  - { host: cart.shop, tls: none, allow: [{ from: { namespace: news } }] }";
    const text = `environment: dev\ngateways: [{ name: egress, namespace: egress }]\n${hosts}\n`;
    const base = [...SOUND, namespace("shop")];
    expect(found([object("Service", "shop/cart")], text, base).problems).toEqual([
      expect.stringContaining("5:5 cart.shop:80: Service shop/cart has this name in the mesh"),
    ]);
    expect(found([object("Service", "news/cart")], text, base)).toEqual(NOTHING);
  });
});
