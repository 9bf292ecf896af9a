import { describe, expect, it } from "vitest";
import { MANAGED } from "../../plan/labels.ts";
import {
  environmentWith,
  found,
  istiod,
  meshConfig,
  NOTHING,
  namespace,
  object,
  SETTINGS,
  SOUND,
} from "./situations.ts";

const rule = (path: string, host: string, more: object = {}) =>
  object("DestinationRule", path, { spec: { host, ...more } });
const SERVICE = "egress.egress.svc.cluster.local";

describe("a DestinationRule for the gateway's Service", () => {
  it("in a caller's namespace replaces ours, whatever its pattern", () => {
    for (const host of [SERVICE, "*.egress.svc.cluster.local", "*.svc.cluster.local", "*.local", "*"])
      expect(found([rule("news/own", host)])).toEqual({
        problems: [
          `7:5 edition.cnn.com:80 and 1 more: DestinationRule news/own (host ${host}) replaces ours for the gateway's Service ${SERVICE} whole: calls from news fail with 503`,
        ],
        warnings: [],
      });
    expect(found([rule("news/own", "*.news.svc.cluster.local"), rule("news/b", "cart.shop")])).toEqual(
      NOTHING,
    );
  });

  it("counts for some workloads too, but not where it is exported elsewhere alone", () => {
    const workloadSelector = { matchLabels: { app: "a" } };
    expect(found([rule("news/own", "*", { workloadSelector })]).problems).toHaveLength(1);
    expect(found([rule("news/own", "*", { exportTo: ["shop"] })])).toEqual(NOTHING);
    expect(found([rule("news/own", "*", { exportTo: ["."] })]).problems).toHaveLength(1);
  });

  it("elsewhere counts in the gateway's own namespace alone, for that very Service", () => {
    expect(found([rule("other/own", SERVICE), rule("istio-system/all", "*.local")])).toEqual(NOTHING);
    expect(found([rule("egress/own", SERVICE)]).problems).toEqual([
      expect.stringContaining("7:5 edition.cnn.com:80 and 2 more: DestinationRule egress/own"),
    ]);
    expect(found([rule("egress/all", "*.local")])).toEqual(NOTHING);
  });
});

const sidecar = (path: string, hosts: string[], more: object = {}) =>
  object("Sidecar", path, { spec: { egress: [{ hosts }], ...more } });

describe("a Sidecar of a caller's namespace", () => {
  it("has to import what leads to the gateway", () => {
    expect(found([sidecar("shop/own", ["./*", "istio-system/*"])])).toEqual({
      problems: [
        "8:5 en.wikipedia.org:443 and 1 more: Sidecar shop/own does not import what leads to the gateway: calls from shop are refused, or go round it",
      ],
      warnings: [],
    });
    for (const host of ["*/*", "egress/*"]) expect(found([sidecar("shop/own", [host])])).toEqual(NOTHING);
    expect(found([object("Sidecar", "shop/own", { spec: {} })])).toEqual(NOTHING);
    const port = object("Sidecar", "shop/own", {
      spec: { egress: [{ port: { number: 9 }, hosts: ["egress/*"] }, { hosts: ["./*"] }] },
    });
    expect(found([port]).problems).toHaveLength(1);
  });

  it("has to import the host, the gateway's Service, and what listens for a TLS port", () => {
    const refused = (...hosts: string[]) =>
      found([
        sidecar(
          "news/own",
          hosts.map((host) => `egress/${host}`),
        ),
      ]).problems.map((text) => text.replace(/: Sidecar.*/, ""));
    const http = ["edition.cnn.com", SERVICE];
    expect(refused("edition.cnn.com")).toEqual(["7:5 edition.cnn.com:80 and 1 more"]);
    expect(refused(...http)).toEqual(["8:5 en.wikipedia.org:443"]);
    expect(refused(...http, "en.wikipedia.org")).toEqual(["8:5 en.wikipedia.org:443"]);
    expect(refused(...http, "en.wikipedia.org", "*.sallyport.internal")).toEqual([]);
  });

  it("counts for some workloads too, and the mesh's own where a namespace has none", () => {
    const workloadSelector = { labels: { app: "a" } };
    expect(found([sidecar("news/some", ["./*"], { workloadSelector })]).problems).toEqual([
      expect.stringContaining(
        "Sidecar news/some does not import what leads to the gateway: calls of the workloads",
      ),
    ]);
    const root = sidecar("istio-system/default", ["./*"]);
    expect(found([root]).problems).toHaveLength(2);
    expect(found([root, sidecar("news/own", ["*/*"])]).problems).toEqual([
      expect.stringContaining("calls from shop"),
    ]);
  });

  it("is the only one without a selector", () => {
    expect(found([sidecar("news/a", ["*/*"]), sidecar("news/b", ["*/*"])])).toEqual({
      problems: [],
      warnings: [
        "7:5 edition.cnn.com:80 and 1 more: Sidecar news/a and Sidecar news/b have no selector, and Istio takes the oldest alone",
      ],
    });
  });
});

describe("under lockdown", () => {
  const text = environmentWith("lockdown: [{ namespace: news }]");

  it("a Sidecar of the namespace's own takes the place of ours", () => {
    expect(found([sidecar("news/own", ["*/*"])], text).problems).toEqual([
      expect.stringMatching(
        /^5:1\d lockdown news: Sidecar news\/own has no selector, and neither has Sidecar news\//,
      ),
    ]);
    const workloadSelector = { labels: { app: "a" } };
    expect(found([sidecar("news/some", ["*/*"], { workloadSelector })], text).warnings).toEqual([
      expect.stringContaining("lockdown news: Sidecar news/some takes the place"),
    ]);
    const closed = { workloadSelector, outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } };
    expect(found([sidecar("news/some", ["*/*"], closed)], text)).toEqual(NOTHING);
  });

  it("a NetworkPolicy of others opens a way out", () => {
    const policy = (path: string, egress: object[]) =>
      object("NetworkPolicy", path, { spec: { egress } } as never);
    expect(found([policy("news/open", [{}])], text).warnings).toEqual([
      expect.stringContaining("lockdown news: NetworkPolicy news/open opens ways out"),
    ]);
    expect(found([policy("news/closed", []), policy("shop/open", [{}])], text)).toEqual(NOTHING);
  });
});

describe("a namespace", () => {
  const rest = SOUND.filter(({ kind }) => kind !== "Namespace");
  const http = (name: string) =>
    environmentWith(
      "",
      `hosts: [{ host: a.example.org, tls: none, allow: [{ from: { namespace: ${name} } }] }]`,
    );

  it("of a gateway that somebody else made is told, as its end is the end of all in it", () => {
    expect(found([namespace("egress", {})])).toEqual({
      problems: [],
      warnings: [
        expect.stringMatching(/^4:3 gateway egress: the namespace egress is there and not Sallyport's/),
      ],
    });
    expect(found([namespace("egress", MANAGED)])).toEqual(NOTHING);
  });

  it("that is granted a host has to be there where a part of the way is written into it", () => {
    const { problems, warnings } = found([namespace("shop")], undefined, rest);
    expect(problems).toEqual([
      "7:5 edition.cnn.com:80 and 1 more: there is no namespace news, which is granted this, and its part of the way has to be written there",
    ]);
    expect(warnings).toEqual([]);
    expect(found([], http("later"), rest).warnings).toEqual([
      expect.stringContaining("there is no namespace later, which is granted this"),
    ]);
  });

  it("under lockdown has to be there", () => {
    expect(found([], environmentWith("lockdown: [{ namespace: gone }]")).problems).toEqual([
      expect.stringContaining("lockdown gone: there is no such namespace"),
    ]);
  });

  it("takes injection, of the declared revision", () => {
    const warnings = (labels: Record<string, string>, mesh?: string) =>
      found(
        [namespace("late", labels)],
        environmentWith(
          "",
          "hosts: [{ host: a.example.org, tls: none, allow: [{ from: { namespace: late } }] }]",
          mesh,
        ),
        [...rest, istiod(SETTINGS, "blue"), meshConfig("{}", "istio-blue")],
      ).warnings;
    expect(warnings({})).toEqual([
      expect.stringContaining("the namespace late, which is granted this, has no label"),
    ]);
    expect(warnings({ "istio-injection": "disabled", "istio.io/rev": "blue" })).toHaveLength(1);
    expect(warnings({ "istio.io/rev": "blue" })).toEqual([]);
    expect(warnings({ "istio.io/rev": "blue" }, "{ revision: blue }")).toEqual([]);
    expect(warnings({ "istio-injection": "enabled" }, "{ revision: blue }")).toHaveLength(1);
  });
});
