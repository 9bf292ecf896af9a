import { describe, expect, it } from "vitest";
import { ofKind, only, type Planned, planned, specOf, valuesOf } from "./hosts.ts";

const host = "a.example.com";

describe("retries at the gateway", () => {
  const routesOf = (entry: Partial<Planned>) =>
    specOf<{ http: { match: object[]; retries: { attempts: number } }[] }>(
      planned({ host, tls: "none", ...entry }),
      "VirtualService",
      /-gateway$/,
    ).http.map(({ match, retries }) => [match[0], retries.attempts]);
  const http2 = { headers: { "x-sallyport-protocol": { exact: "HTTP/2" } } };
  const idempotent = { method: { regex: "GET|HEAD|OPTIONS|TRACE|PUT|DELETE" } };
  /** The same for both versions of HTTP. */
  const inBoth = (...routes: (readonly [object, number])[]) =>
    [http2, {}].flatMap((version) =>
      routes.map(([match, attempts]) => [{ port: 80, ...version, ...match }, attempts]),
    );

  it("are two for what can be sent twice, and none for the rest", () => {
    expect(routesOf({})).toEqual(inBoth([idempotent, 2], [{}, 0]));
  });

  it("are as many as a host has, for all requests where it says so", () => {
    expect(routesOf({ retries: { attempts: 5 } })).toEqual(inBoth([idempotent, 5], [{}, 0]));
    expect(routesOf({ retries: { attempts: 5, methods: "all" } })).toEqual(inBoth([{}, 5]));
    expect(routesOf({ retries: { attempts: 0 } })).toEqual(inBoth([{}, 0]));
  });
});

describe("what a host has of its own", () => {
  it("a timeout is the gateway's route's, and there is none by default", () => {
    const timeouts = (entry: Partial<Planned>) =>
      ofKind(planned({ host, tls: "none", ...entry }), "VirtualService").flatMap(({ spec }) =>
        valuesOf(spec ?? null, "timeout"),
      );
    expect(timeouts({})).toEqual([]);
    expect(timeouts({ timeout: "15s" })).toEqual(["15s", "15s", "15s", "15s"]); // all its routes
  });

  it("limits and outlier detection are its own cluster's", () => {
    const { spec } = only(
      planned({
        host,
        tls: "originate",
        limits: { connections: 1, pendingRequests: 2, requests: 3 },
        outlierDetection: { consecutiveErrors: 4, interval: "5s", ejection: "6s" },
      }),
      "DestinationRule",
      /^(?!egress-hop$)/,
    );
    expect(spec).toMatchObject({
      trafficPolicy: {
        tls: { mode: "SIMPLE" },
        connectionPool: {
          tcp: { maxConnections: 1 },
          http: { http1MaxPendingRequests: 2, http2MaxRequests: 3 },
        },
        outlierDetection: { consecutive5xxErrors: 4, interval: "5s", baseEjectionTime: "6s" },
      },
    });
  });

  it.each([
    ["second", "1s"],
    ["minute", "60s"],
    ["hour", "3600s"],
  ] as const)("a rate limit by the %s holds for its own virtual host", (per, interval) => {
    const manifests = planned(
      { host, tls: "none", rateLimit: { requests: 9, per } },
      { host: "b.example.com", tls: "none" },
    );
    const limits = ofKind(manifests, "EnvoyFilter").flatMap(({ spec }) =>
      valuesOf(spec ?? null, "token_bucket"),
    );
    expect(limits).toEqual([{ max_tokens: 9, tokens_per_fill: 9, fill_interval: interval }]);
    const filters = ofKind(manifests, "EnvoyFilter", /^egress-none-80-/);
    expect(filters.flatMap(({ spec }) => valuesOf(spec ?? null, "vhost"))).toEqual([
      { name: "a.example.com:80" },
    ]);
  });

  it("the filter that counts requests is there only where a host has a limit", () => {
    const filters = (entry: Partial<Planned>) =>
      JSON.stringify(
        only(planned({ host, tls: "none", ...entry }), "EnvoyFilter", /^egress-listeners$/),
      ).includes("local_ratelimit");
    expect(filters({})).toBe(false);
    expect(filters({ rateLimit: { requests: 1 } })).toBe(true);
  });
});
