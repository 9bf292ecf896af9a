import { describe, expect, it } from "vitest";
import type { Manifest } from "../../plan/manifest.ts";
import {
  ENVIRONMENT,
  environmentWith,
  found,
  meshConfig,
  NOTHING,
  namespace,
  object,
  SOUND,
} from "./situations.ts";

const entry = (path: string, hosts: string[], port: object = { number: 80 }, more: object = {}) =>
  object("ServiceEntry", path, { spec: { hosts, ports: [port], ...more } } as never);
const route = (path: string, host: string, spec: object) =>
  object("VirtualService", path, { spec: { hosts: [host], ...spec } });
const TLS = { number: 443, protocol: "TLS" };

describe("a ServiceEntry", () => {
  it("of a declared host and port that callers see is told, with the declaration's place", () => {
    expect(found([entry("other/steal", ["edition.cnn.com"])])).toEqual({
      problems: [],
      warnings: [
        "7:5 edition.cnn.com:80: ServiceEntry other/steal shows it to sidecars in news and shop too: where our route is not in force yet, or no more, calls go round the gateway",
      ],
    });
    for (const exportTo of [["."], ["shop"], ["~"]])
      expect(found([entry("other/steal", ["edition.cnn.com"], { number: 80 }, { exportTo })])).toEqual(
        NOTHING,
      );
    for (const exportTo of [["*"], ["shop", "news"]])
      expect(
        found([entry("other/steal", ["edition.cnn.com"], { number: 80 }, { exportTo })]).warnings,
      ).toHaveLength(1);
    expect(
      found([entry("news/own", ["edition.cnn.com"], { number: 80 }, { exportTo: ["."] })]).warnings,
    ).toHaveLength(1);
    expect(found([entry("other/steal", ["edition.cnn.com"], { number: 8080 })])).toEqual(NOTHING);
  });

  it("is told once for all hosts that it has", () => {
    expect(found([entry("other/steal", ["en.wikipedia.org", "www.example.com"], TLS)]).warnings).toEqual([
      expect.stringContaining("8:5 en.wikipedia.org:443 and 1 more: ServiceEntry other/steal"),
    ]);
  });

  it("of a more specific name under a declared wildcard counts, of a broader one does not", () => {
    for (const name of ["api.example.com", "*.api.example.com"])
      expect(found([entry("other/a", [name], TLS)]).warnings).toHaveLength(1);
    expect(found([entry("other/a", ["*.com"], TLS), entry("other/b", ["*.cnn.com"])])).toEqual(NOTHING);
  });

  it("of a name under an HTTP wildcard takes its route from all others under it", () => {
    const wildcard =
      'hosts:\n  - { host: "*.example.org", tls: none, allow: [{ from: { namespace: news } }] }';
    const given = (...entries: Manifest[]) => found(entries, environmentWith("", wildcard));
    for (const name of ["api.example.org", "*.api.example.org"])
      expect(given(entry("other/a", [name]))).toEqual({
        problems: [
          "7:5 *.example.org:80: ServiceEntry other/a shows a name under it to sidecars in news: Istio then routes no other name under it",
        ],
        warnings: [],
      });
    expect(given(entry("other/a", ["*.example.org", "api.example.org"])).problems).toEqual([]);
    expect(given(entry("other/a", ["api.example.org"], { number: 8080 }))).toEqual(NOTHING);
  });

  it("that is not HTTP on an HTTP host's port takes its calls", () => {
    for (const protocol of ["TCP", "TLS"])
      expect(found([entry("other/db", ["edition.cnn.com"], { number: 80, protocol })])).toEqual({
        problems: [
          "7:5 edition.cnn.com:80: ServiceEntry other/db shows it to sidecars in news and shop as something else than HTTP: calls go round the gateway",
        ],
        warnings: [],
      });
    for (const protocol of ["HTTP", "HTTP2"])
      expect(found([entry("other/db", ["edition.cnn.com"], { number: 80, protocol })]).problems).toEqual([]);
    const http = { number: 443, protocol: "HTTP" };
    expect(found([entry("other/db", ["en.wikipedia.org"], http)]).problems).toEqual([]);
  });
});

describe("a VirtualService", () => {
  const http = { http: [{ route: [] }], exportTo: ["news"] };

  it("of the mesh takes the calls that it routes, if it is seen before ours", () => {
    expect(found([route("other/turn", "edition.cnn.com", http)])).toEqual({
      problems: [
        "7:5 edition.cnn.com:80: VirtualService other/turn routes it too, is seen in news, and takes their calls from the gateway",
      ],
      warnings: [],
    });
    expect(found([route("news/own", "edition.cnn.com", { ...http, exportTo: ["."] })]).problems).toHaveLength(
      1,
    );
    for (const exportTo of [[], ["*"]])
      expect(found([route("other/turn", "edition.cnn.com", { ...http, exportTo })])).toEqual({
        problems: [],
        warnings: [expect.stringContaining("takes their calls where our route is not in force yet")],
      });
  });

  it("of a name under a declared wildcard takes its calls, however it is seen", () => {
    const tls = (exportTo: string[]) => ({ tls: [{}], exportTo });
    for (const exportTo of [[], ["*"], ["shop"]])
      for (const name of ["api.example.com", "*.api.example.com"])
        expect(found([route("other/turn", name, tls(exportTo))])).toEqual({
          problems: [
            expect.stringMatching(/^9:5 \*\.example\.com:443: .* takes their calls from the gateway$/),
          ],
          warnings: [],
        });
    expect(found([route("other/turn", "*.example.com", tls(["*"]))]).problems).toEqual([]);
    const too = (namespace: string) =>
      `${ENVIRONMENT}  - { host: api.example.com, tls: passthrough, allow: [{ from: { namespace: ${namespace} } }] }\n`;
    const turn = [route("other/turn", "api.example.com", tls([]))];
    expect(found(turn, too("shop"))).toEqual({
      problems: [],
      warnings: [expect.stringContaining("9:5 *.example.com:443 and 1 more: VirtualService other/turn")],
    });
    expect(found(turn, too("news")).problems).toEqual([expect.stringContaining("9:5 *.example.com:443:")]);
  });

  it("counts where it routes what the application speaks, on that port, in the mesh", () => {
    expect(found([route("other/turn", "en.wikipedia.org", http)])).toEqual(NOTHING);
    const tcp = { tcp: [{}], exportTo: ["news"] };
    expect(found([route("other/turn", "en.wikipedia.org", tcp)]).problems).toHaveLength(1);
    const other = { ...http, http: [{ match: [{ port: 8080 }], route: [] }] };
    expect(found([route("other/turn", "edition.cnn.com", other)])).toEqual(NOTHING);
    expect(found([route("other/turn", "edition.cnn.com", { ...http, gateways: ["in"] })])).toEqual(NOTHING);
    expect(
      found([route("other/turn", "edition.cnn.com", { ...http, gateways: ["in", "mesh"] })]).problems,
    ).toHaveLength(1);
  });
});

describe("a declared host's rival", () => {
  it("is seen as the mesh's own defaults say", () => {
    const mesh = "defaultVirtualServiceExportTo: [.]\ndefaultServiceExportTo: ['*', ignored]";
    const base = [...SOUND.filter(({ kind }) => kind !== "ConfigMap"), meshConfig(mesh)];
    const turn = route("other/turn", "edition.cnn.com", { http: [{}] });
    expect(found([turn], undefined, base)).toEqual(NOTHING);
    expect(found([entry("other/steal", ["edition.cnn.com"])], undefined, base).warnings).toHaveLength(1);
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
