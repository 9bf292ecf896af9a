import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { internet } from "../../lab/addresses.ts";
import { authorityPeriod } from "../../lab/internet/authority.ts";
import { grpcHost, hosts, mutualHost, webSocketHost } from "../../lab/internet/hosts.ts";
import { listeners } from "../../lab/internet/listeners.ts";
import { wildcardOf } from "../../lab/internet/names.ts";
import { siteOf, sites } from "../../lab/internet/sites.ts";
import { corefile, zone } from "../../lab/internet/zone.ts";

test("the one zone has each host with the addresses that it has, and no others", () => {
  const text = zone(
    [
      { name: "a.example.com", ipv4: "198.51.100.10", ipv6: "2001:db8:100::10" },
      { name: "*.b.example.com", ipv4: "198.51.100.11" },
      { name: "six.example.com", ipv6: "2001:db8:100::10" },
    ],
    "198.51.100.53",
  );
  expect(text).toMatch(/^\$TTL 30\n\. IN SOA /);
  expect(text.split("\n").slice(3)).toEqual([
    "ns.lab.invalid. IN A 198.51.100.53",
    "a.example.com. IN A 198.51.100.10",
    "a.example.com. IN AAAA 2001:db8:100::10",
    "*.b.example.com. IN A 198.51.100.11",
    "six.example.com. IN AAAA 2001:db8:100::10",
    "",
  ]);
});

test("the name server listens on its own address only", () => {
  expect(corefile("198.51.100.53", "/x/zone")).toContain("bind 198.51.100.53");
});

test("each site has a name that exists once, and each name of a server leads to where it listens", () => {
  const names = hosts.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(sites.map(({ host }) => host)));
  const protocols = (name: string) => {
    const address = [name, wildcardOf(name)]
      .map((one) => hosts.find((host) => host.name === one))
      .find((host) => host !== undefined)?.ipv4;
    return listeners
      .filter((one) => one.address === address)
      .map((one) => ["tls" in one ? one.tls : [], one.protocol, one.port].flat().join(" "));
  };
  expect(protocols(mutualHost)).toEqual(["mutual https 443", "mutual wss 8443", "mutual grpcs 50051"]);
  expect(protocols(webSocketHost)).toEqual(["ws 80", "ws 8080", "wss 443"]);
  expect(protocols(grpcHost)).toEqual(["grpc 50051", "grpc 8080", "grpcs 443"]);
  expect(protocols(`any.${mutualHost}`)).toEqual(protocols(mutualHost));
  expect(protocols("old.example.com")).toContain("old https 8443");
  expect(protocols("tcp.example.com")).toEqual(expect.arrayContaining(["tcp 5432", "tcp 6379"]));
  expect(protocols("echo.example.com")).toEqual(
    expect.arrayContaining(["http 80", "http 8080", "https 443"]),
  );
  expect(protocols("down.example.com")).toEqual([]);
});

test("names of the rebinding cases lead into the cluster, one is not there at all, one has IPv6 alone", () => {
  const [six] = hosts.filter(({ name }) => name === "six.example.com");
  expect(six).toMatchObject({ ipv6: internet.web6 });
  expect(six).not.toHaveProperty("ipv4");
  expect(hosts.find(({ name }) => name === "inside.example.com")?.ipv4).toBe("10.96.0.1");
  expect(hosts.find(({ name }) => name === "metadata.example.com")?.ipv4).toBe("169.254.169.254");
  expect(hosts.find(({ name }) => name === "missing.example.com")).toBeUndefined();
});

test("every host is in the lab's page", async () => {
  const text = await readFile(new URL("../../docs/lab.md", import.meta.url), "utf8");
  expect(hosts.filter(({ name }) => !text.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});

test("sites are found by host, whatever its case, port or final dot", () => {
  expect(siteOf("Edition.CNN.com:80")?.host).toBe("edition.cnn.com");
  expect(siteOf("edition.cnn.com.")?.host).toBe("edition.cnn.com");
  expect(siteOf("cnn.com")).toBeUndefined();
  expect(siteOf("Any.Wild.example.com:80")?.host).toBe("*.wild.example.com");
});

test("the authority is made anew with each half-year", () => {
  expect(authorityPeriod(new Date("2026-06-30T23:59:59Z"))).toBe("2026-1");
  expect(authorityPeriod(new Date("2026-07-01T00:00:00Z"))).toBe("2026-2");
});
