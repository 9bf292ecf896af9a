import { describe, expect, it } from "vitest";
import { hopIdentity } from "../../policy-pack/hop-identity.ts";
import { broken, written } from "./manifests.ts";

const GATEWAY = `
kind: networking.istio.io/v1/Gateway
name: way-out
spec:
  selector: { app: way-out }
  servers:
    - { port: { number: 443, name: tls, protocol: TLS }, hosts: [edition.cnn.com], tls: { mode: ISTIO_MUTUAL } }
---
kind: networking.istio.io/v1/VirtualService
spec:
  hosts: [edition.cnn.com]
  exportTo: [.]
  gateways: [mesh, way-out]
  tls:
    - match: [{ gateways: [mesh], port: 443, sniHosts: [edition.cnn.com] }]
      route: [{ destination: { host: way-out } }]
    - match: [{ gateways: [way-out], port: 443, sniHosts: [edition.cnn.com] }]
      route: [{ destination: { host: edition.cnn.com } }]
`;
const hopRule = (trafficPolicy: string, host = "way-out.news.svc.cluster.local") => `${GATEWAY}---
kind: networking.istio.io/v1/DestinationRule
spec: { host: "${host}", trafficPolicy: ${trafficPolicy} }`;

describe(hopIdentity.name, () => {
  it.each([
    ["with identity on both sides", hopRule("{ tls: { mode: ISTIO_MUTUAL } }")],
    ["with a wildcard that says nothing", hopRule("{ connectionPool: {} }", "*.local")],
    [
      "to a gateway for calls from outside, whose callers have none",
      `
kind: networking.istio.io/v1/Gateway
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]`,
    ],
  ])("holds %s", (_, text) => expect(broken(hopIdentity, written(text))).toEqual([]));

  const rule = "DestinationRule/news/one spec.trafficPolicy";
  it.each([
    [
      "a gateway that lets TLS through",
      GATEWAY.replace("mode: ISTIO_MUTUAL", "mode: PASSTHROUGH"),
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    [
      "a gateway in plain text",
      GATEWAY.replace(", tls: { mode: ISTIO_MUTUAL }", ""),
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    [
      "Istio's own gateway, by its label",
      GATEWAY.split("---")[0]
        ?.replace("app: way-out", "istio: egressgateway")
        .replace("ISTIO_MUTUAL", "SIMPLE") ?? "",
      "Gateway/news/way-out spec.servers[0].tls.mode",
    ],
    ["sidecars with TLS of their own", hopRule("{ tls: { mode: SIMPLE } }"), `${rule}.tls.mode`],
    ["sidecars without", hopRule("{ tls: { mode: DISABLE } }"), `${rule}.tls.mode`],
    ["a rule that leaves it to Istio", hopRule("{ connectionPool: {} }"), `${rule}.tls.mode`],
    ["a wildcard that takes it off", hopRule("{ tls: { mode: DISABLE } }", "*.local"), `${rule}.tls.mode`],
    [
      "a port's own settings, which take the place of all others",
      hopRule("{ tls: { mode: ISTIO_MUTUAL }, portLevelSettings: [{ port: { number: 443 } }] }"),
      `${rule}.portLevelSettings[0].tls.mode`,
    ],
  ])("refuses %s", (_, text, at) => expect(broken(hopIdentity, written(text))).toEqual([at]));
});
