import { expect, test } from "vitest";
import { authorityPeriod } from "../../lab/internet/authority.ts";
import { siteOf, sites } from "../../lab/internet/sites.ts";
import { corefile, zone } from "../../lab/internet/zone.ts";

const server = {
  address: "198.51.100.53",
  hosts: ["a.example.com", "b.example.com"],
  ipv4: "198.51.100.10",
  ipv6: "2001:db8:100::10",
};

test("every host has an A and an AAAA record in the one zone", () => {
  const lines = zone(server).split("\n");
  for (const host of server.hosts) {
    expect(lines).toContain(`${host}. IN A 198.51.100.10`);
    expect(lines).toContain(`${host}. IN AAAA 2001:db8:100::10`);
  }
  expect(zone(server)).toMatch(/^\$TTL 30\n\. IN SOA /);
});

test("the name server listens on its own address only", () => {
  expect(corefile(server, "/x/zone")).toContain("bind 198.51.100.53");
});

test("sites are found by host, whatever its case, port or final dot", () => {
  expect(siteOf("Edition.CNN.com:80")?.host).toBe("edition.cnn.com");
  expect(siteOf("edition.cnn.com.")?.host).toBe("edition.cnn.com");
  expect(siteOf("cnn.com")).toBeUndefined();
  expect(new Set(sites.map((site) => site.host)).size).toBe(sites.length);
});

test("the authority is made anew with each half-year", () => {
  expect(authorityPeriod(new Date("2026-06-30T23:59:59Z"))).toBe("2026-1");
  expect(authorityPeriod(new Date("2026-07-01T00:00:00Z"))).toBe("2026-2");
});
