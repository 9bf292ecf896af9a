import { describe, expect, it } from "vitest";
import { scopedExport } from "../../policy-pack/scoped-export.ts";
import { broken, entryOf, HTTPS, upstream, written } from "./manifests.ts";

describe(scopedExport.name, () => {
  const route = (fields: string) => `kind: networking.istio.io/v1/VirtualService\nspec: { ${fields} }`;
  it.each([
    ["for named namespaces", route("hosts: [edition.cnn.com], exportTo: [news, sports]")],
    ["for hosts inside", route("hosts: [reviews, reviews.news.svc.cluster.local]")],
    ["at a gateway, where sidecars see no route", route("hosts: [shop.example.com], gateways: [front/door]")],
    ["for entries inside the mesh", entryOf(`${HTTPS}, location: MESH_INTERNAL`).slice(4)],
    [
      "for rules of the whole mesh",
      'kind: networking.istio.io/v1/DestinationRule\nspec: { host: "*.local" }',
    ],
  ])("holds %s", (_, text) => expect(broken(scopedExport, written(text))).toEqual([]));

  it.each([
    [
      "a route for all",
      route('hosts: [edition.cnn.com], exportTo: ["*"]'),
      "VirtualService/news/one spec.exportTo",
    ],
    ["a route that says nothing", route("hosts: [edition.cnn.com]"), "VirtualService/news/one spec.exportTo"],
    ["an entry that says nothing", entryOf(HTTPS).slice(4), "ServiceEntry/news/one spec.exportTo"],
    [
      "an entry for all beside others",
      entryOf(`${HTTPS}, exportTo: [news, "*"]`).slice(4),
      "ServiceEntry/news/one spec.exportTo",
    ],
    [
      "a rule that says nothing",
      upstream("{ mode: SIMPLE }").replace("exportTo: [.], ", ""),
      "DestinationRule/news/one spec.exportTo",
    ],
  ])("refuses %s", (_, text, at) => expect(broken(scopedExport, written(text))).toEqual([at]));
});
