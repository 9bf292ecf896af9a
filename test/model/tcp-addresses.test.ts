import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { beginningsOf } from "../../model/hosts/tcp-addresses.ts";
import { covers } from "../../model/values/network.ts";
import { isEveryAddress } from "../../model/values/outside.ts";
import { namesOfRange } from "../../plan/hosts/tcp/address-names.ts";
import { loadTexts } from "./memory-files.ts";

/** An environment with one TCP host that has addresses, behind a gateway that may call some private ranges. */
const load = (addresses: readonly string[], reachPrivate: readonly string[] = []) =>
  loadTexts({
    "env.yaml": `environment: dev
gateways:
  - name: egress
    namespace: egress
    ports: [{ port: 5432, protocol: tcp }]
    reachPrivate: ${JSON.stringify(reachPrivate)}
hosts:
  - host: db.example.com
    tls: tcp
    port: 5432
    addresses: ${JSON.stringify(addresses)}
`,
  });
const said = (...asked: Parameters<typeof load>) =>
  load(...asked).problems.map(
    ({ line, column, path, why, fix }) => `${line}:${column} ${path}: ${why}; ${fix}`,
  );

describe("an address of a TCP host", () => {
  const why = "not outside, and the gateway's NetworkPolicy drops what goes there";

  it.each([
    ["10.1.2.3/32", "10.1.2.3/32"],
    ["172.16.0.0/12", "172.16.0.0/12"],
    ["192.168.7.0/24", "192.168.7.0/24"],
    ["100.64.0.0/16", "100.64.0.0/16"],
    ["fd00:1:2::/48", '"fd00:1:2::/48"'],
    ["64:ff9b::a00:1/128", '"64:ff9b::a00:1/128"'],
  ])("that is private takes reachPrivate, and no more than the fix says: %s", (address, written) => {
    expect(said([address])).toEqual([
      `11:17 hosts[0].addresses[0]: this is ${why}; ` +
        `write reachPrivate: [${written}] at the gateway egress, or the host's addresses outside`,
    ]);
    expect(said([address], [address])).toEqual([]);
  });

  it("is told of the private ranges in it that are not open yet", () => {
    expect(said(["172.0.0.0/8"], ["10.0.0.0/8"])).toEqual([
      `11:17 hosts[0].addresses[0]: 172.16.0.0/12 in it is ${why}; ` +
        "add 172.16.0.0/12 to reachPrivate of the gateway egress, or write the host's addresses outside",
    ]);
    expect(said(["172.0.0.0/8"], ["10.0.0.0/8", "172.16.0.0/12"])).toEqual([]);
    expect(said(["10.0.0.0/16"], ["10.0.0.0/17", "10.0.128.0/17"])).toEqual([]);
  });

  it.each([
    ["0.0.0.0/32", "0.0.0.0/8 stands for no host"],
    ["127.0.0.1/32", "127.0.0.0/8 is loopback, the gateway's own pod"],
    ["::1/128", "::1/128 is loopback, the gateway's own pod"],
    ["169.254.169.254/32", "169.254.0.0/16 is link-local, with the clouds' metadata service"],
    ["fe80::1/128", "fe80::/10 is link-local"],
    ["224.0.0.1/32", "224.0.0.0/4 is multicast"],
    ["ff02::1/128", "ff00::/8 is multicast"],
    ["255.255.255.255/32", "240.0.0.0/4 is reserved"],
    ["fd00:ec2::254/128", "fd00:ec2::/32 is AWS's own, with its metadata service"],
    ["fd20:ce::254/128", "fd20:ce::254/128 is Google Cloud's metadata service"],
    ["100.100.100.200/32", "100.100.100.200/32 is Alibaba Cloud's metadata service"],
    [
      "64:ff9b::a9fe:a9fe/128",
      "it stands for 169.254.169.254/32, and 169.254.0.0/16 is link-local, with the clouds' metadata service",
    ],
    [
      "64:ff9b:1::7f00:1/128",
      "it stands for 127.0.0.1/32, and 127.0.0.0/8 is loopback, the gateway's own pod",
    ],
    [
      "2002:a9fe:a9fe::1/128",
      "it stands for 169.254.169.254/32, and 169.254.0.0/16 is link-local, with the clouds' metadata service",
    ],
    ["64::/16", "it stands for 0.0.0.0/0, and 0.0.0.0/8 stands for no host"],
    ["96.0.0.0/3", "127.0.0.0/8 is loopback, the gateway's own pod"],
  ])("%s is no host's, whatever the gateway may call", (address, reason) => {
    expect(said(["198.51.100.1/32", address], [address])).toEqual([
      `11:35 hosts[0].addresses[1]: ${reason}; name the addresses that the host has outside`,
    ]);
  });

  it.each(["198.51.100.0/24", "2001:db8:5::/64", "8.8.8.8/32", "192.0.2.1/32"])(
    "%s is outside",
    (address) => {
      expect(said([address])).toEqual([]);
    },
  );

  it("takes no more beginnings with the others than one object holds", () => {
    const halves = (count: number) => Array.from({ length: count }, (_, index) => `198.18.${index}.0/25`);
    expect(said(halves(32))).toEqual([]);
    expect(said([...halves(32), "2001:db8:5::/64"])).toEqual([
      "11:16 hosts[0].addresses: these take 4098 beginnings of addresses as text, of which 4096 fit one host; " +
        "write wider ranges that end at a dot (/24, /16 or /8 take one each), or spread them over several hosts",
    ]);
    expect(said(Array.from({ length: 200 }, (_, index) => `198.18.${index}.0/24`))).toEqual([]);
  });

  it("counts what the plan takes", () => {
    const range = fc.tuple(fc.integer({ min: 8, max: 32 }), fc.ipV4()).map(([bits, address]) => {
      const network = ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`);
      return `${network}/${bits}`;
    });
    fc.assert(fc.property(range, (cidr) => namesOfRange(cidr).length === beginningsOf(cidr)));
  });

  it("is told of beside a fault of another, and of a setting", () => {
    expect(said(["nonsense", "10.0.0.1/32"]).map((line) => line.split(":")[1])).toEqual([
      "17 hosts[0].addresses[0]",
      "28 hosts[0].addresses[1]",
    ]);
  });
});

describe("ranges that together are every address", () => {
  it("are refused as a host's", () => {
    expect(said(["0.0.0.0/1", "128.0.0.0/1"])).toEqual([
      "11:16 hosts[0].addresses: together these are every address; name the addresses that the host has",
    ]);
  });

  it("are refused wherever every address is", () => {
    const halves = '["::/1", "8000::/1"]';
    const { problems } = loadTexts({
      "env.yaml": `environment: dev
mesh: { dns: { cidrs: [0.0.0.0/1, 128.0.0.0/1] } }
gateways: [{ name: egress, namespace: egress, reachPrivate: ${halves} }]
lockdown:
  - namespace: news
    reach: [{ cidr: 0.0.0.0/1, ports: [80] }, { cidr: 128.0.0.0/1, ports: [443] }]
  - { namespace: shop, reach: [{ cidr: 0.0.0.0/1, ports: [80] }] }
`,
    });
    expect(problems.map(({ line, path, why }) => `${line} ${path}: ${why}`)).toEqual([
      "2 mesh.dns.cidrs: together these are every address, which would be a way past the gateways",
      "3 gateways[0].reachPrivate: together these are every address, not a private range",
      "6 lockdown[0].reach: together these are every address, which would undo the lockdown",
    ]);
  });

  it("are so where they leave out nothing but what is not outside", () => {
    expect(isEveryAddress(["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"])).toBe(true);
    expect(isEveryAddress(["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/4"])).toBe(false);
    expect(isEveryAddress([])).toBe(false);
  });
});

describe("covers", () => {
  const address = fc.tuple(fc.constant("10.0.0"), fc.nat(255)).map(([net, last]) => `${net}.${last}`);
  const range = fc
    .record({ first: address, bits: fc.integer({ min: 24, max: 32 }) })
    .map(({ first, bits }) => `${ipaddr.IPv4.networkAddressFromCIDR(`${first}/${bits}`)}/${bits}`);
  const isIn = (one: string, cidr: string) => ipaddr.IPv4.parse(one).match(ipaddr.IPv4.parseCIDR(cidr));

  it("says whether each address of a range is in one of others", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), range, (ranges, cidr) => {
        const all = Array.from({ length: 256 }, (_, last) => `10.0.0.${last}`).filter((one) =>
          isIn(one, cidr),
        );
        expect(covers(ranges, cidr)).toBe(all.every((one) => ranges.some((other) => isIn(one, other))));
      }),
    );
  });

  it("keeps the families apart", () => {
    expect(covers(["::/0"], "10.0.0.0/8")).toBe(false);
    expect(covers(["::/1", "8000::/1"], "::/0")).toBe(true);
  });
});
