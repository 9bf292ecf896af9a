import { describe, expect, it } from "vitest";
import { ofKind, only, planned, specOf, valuesOf } from "./hosts.ts";

const host = "a.example.com";
const addresses = ["198.51.100.0/31", "203.0.113.0/24"];
const byName = planned({ host, tls: "tcp", port: 5432 });
const byAddress = planned({ host, tls: "tcp", port: 5432, addresses });

describe("a TCP host", () => {
  it("is granted by caller, method, listener and what is asked for, a single address with its port", () => {
    const granted = (hosts: readonly string[]) => [
      {
        from: [{ source: { principals: ["cluster.local/ns/news/*"] } }],
        to: [{ operation: { hosts, methods: ["CONNECT"], ports: ["5432"] } }],
      },
    ];
    expect(specOf(byName, "AuthorizationPolicy")).toMatchObject({ rules: granted(["a.example.com:5432"]) });
    expect(specOf(byAddress, "AuthorizationPolicy")).toMatchObject({
      rules: granted(["198.51.100.0:5432", "198.51.100.1:5432", "203.0.113.*"]),
    });
  });

  it("is asked for by CONNECT, by its name or by the address that was called", () => {
    const hostnames = (manifests: typeof byName) =>
      new Set(
        ofKind(manifests, "EnvoyFilter", /-carry-5432$/).flatMap((filter) => valuesOf(filter, "hostname")),
      );
    expect(hostnames(byName)).toEqual(new Set(["a.example.com:5432"]));
    expect(hostnames(byAddress)).toEqual(new Set(["%DOWNSTREAM_LOCAL_ADDRESS%"]));
    expect(only(byName, "EnvoyFilter", /-carry-5432$/).metadata.namespace).toBe("news");
  });

  it("has a route at the gateway for its own port alone, whatever its policy's prefix lets through", () => {
    const [match] = valuesOf(only(byAddress, "VirtualService", /-gateway$/), "match") as unknown as {
      port: number;
      authority: { exact?: string; regex?: string };
    }[][];
    expect(match?.map(({ port }) => port)).toEqual([5432, 5432, 5432]);
    const range = new RegExp(`^(${match?.[2]?.authority.regex})$`);
    expect(range.test("203.0.113.7:5432")).toBe(true);
    expect(range.test("203.0.113.7:22")).toBe(false);
    expect(range.test("203.0.114.7:5432")).toBe(false);
    expect(match?.[0]?.authority).toEqual({ exact: "198.51.100.0:5432" });
  });

  it("is never plain TCP on the gateway, where policy would look only when the caller speaks", () => {
    const { servers } = specOf<{ servers: { port: { number: number; protocol: string } }[] }>(
      byName,
      "Gateway",
    );
    expect(servers.find(({ port }) => port.number === 5432)?.port.protocol).toBe("HTTPS");
    for (const route of ofKind(byName, "VirtualService", /-gateway$/))
      expect(route.spec).not.toHaveProperty("tcp");
  });
});

describe("a TCP host with a range of IPv6", () => {
  const manifests = planned({ host, tls: "tcp", port: 5432, addresses: ["2001:db8:5::/64"] });

  it("is granted by the beginnings of its addresses, in the brackets that an authority has", () => {
    const asked = ofKind(manifests, "AuthorizationPolicy").flatMap((policy) => valuesOf(policy, "hosts"));
    expect(asked).toContainEqual(["[2001:db8:5::*", "[2001:db8:5:0:*"]);
  });

  it("has a route at the gateway for its own addresses and port alone", () => {
    const [match] = valuesOf(only(manifests, "VirtualService", /-gateway$/), "match") as unknown as {
      authority: { regex: string };
    }[][];
    const [short, long] = (match ?? []).map(({ authority }) => new RegExp(`^(${authority.regex})$`));
    expect(short?.test("[2001:db8:5::22]:5432")).toBe(true);
    expect(short?.test("[2001:db8:5::22]:22")).toBe(false);
    expect(short?.test("[2001:db8:55::22]:5432")).toBe(false);
    expect(short?.test("[2001:db8:5::22]:5432]:5432")).toBe(false);
    expect(long?.test("[2001:db8:5:0:1:2:3:4]:5432")).toBe(true);
  });
});

describe("TCP hosts on one port", () => {
  it("are told apart by the addresses that are called", () => {
    const manifests = planned(
      { host, tls: "tcp", port: 5432, addresses },
      { host: "b.example.com", tls: "tcp", port: 5432, addresses: ["192.0.2.1/32", "2001:db8::7/128"] },
    );
    const matches = ofKind(manifests, "VirtualService", /-mesh$/).flatMap((route) =>
      valuesOf(route, "match"),
    );
    expect(matches).toHaveLength(2);
    expect(matches).toContainEqual([{ port: 5432, destinationSubnets: addresses }]);
    expect(matches).toContainEqual([{ port: 5432, destinationSubnets: ["192.0.2.1/32", "2001:db8::7/128"] }]);
    const asked = ofKind(manifests, "AuthorizationPolicy").flatMap((policy) => valuesOf(policy, "hosts"));
    expect(asked).toContainEqual(["192.0.2.1:5432", "[2001:db8::7]:5432"]);
  });
});
