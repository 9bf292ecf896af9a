import { describe, expect, it } from "vitest";
import { verifiedOrigination } from "../../policy-pack/verified-origination.ts";
import { broken, entryOf, HTTPS, upstream, written } from "./manifests.ts";

describe(verifiedOrigination.name, () => {
  it.each([
    ["where Istio compares each request's name", upstream("{ mode: SIMPLE }", entryOf(HTTPS))],
    [
      "with names of its own",
      upstream("{ mode: MUTUAL, sni: a.example.com, subjectAltNames: [a.example.com] }"),
    ],
    [
      "with the entry's names",
      upstream("{ mode: SIMPLE, sni: a }", entryOf(`${HTTPS}, subjectAltNames: [a]`)),
    ],
    [
      "where the host is looked up by request",
      upstream("{ mode: SIMPLE, sni: a }", entryOf(`${HTTPS}, resolution: DYNAMIC_DNS`)),
    ],
    ["where nobody originates TLS", upstream("{ mode: DISABLE }")],
    ["in the mesh's own TLS", upstream("{ mode: ISTIO_MUTUAL, sni: a }")],
  ])("holds %s", (_, text) => expect(broken(verifiedOrigination, written(text))).toEqual([]));

  const tls = "DestinationRule/news/one spec.trafficPolicy.tls";
  it.each([
    [
      "no verification",
      upstream("{ mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a] }"),
      `${tls}.insecureSkipVerify`,
    ],
    [
      "a fixed SNI without names",
      upstream("{ mode: SIMPLE, sni: api.example.com }", entryOf(HTTPS)),
      `${tls}.sni`,
    ],
    [
      "bytes without names",
      upstream("{ mode: MUTUAL }", entryOf("ports: [{ number: 5432, name: tcp, protocol: TCP }]")),
      tls,
    ],
    [
      "a subset's own settings",
      upstream("{ mode: SIMPLE }").replace(
        "exportTo",
        "subsets: [{ name: v1, trafficPolicy: { tls: { mode: SIMPLE, sni: a } } }], exportTo",
      ),
      "DestinationRule/news/one spec.subsets[0].trafficPolicy.tls.sni",
    ],
  ])("refuses %s", (_, text, at) => expect(broken(verifiedOrigination, written(text))).toEqual([at]));
});
