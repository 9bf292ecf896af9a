import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { hostRangeFault } from "../../model/values/network.ts";
import { namesOfRange } from "../../plan/hosts/tcp/address-names.ts";

const text = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

/** As Istio's policies compare: the whole name, or what stands before a final star. */
const matches = (name: string, address: string) =>
  name.endsWith("*") ? address.startsWith(name.slice(0, -1)) : address === name;

/** A range of IPv4 by its first and last address; none is every address. */
const range = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }))
  .map(([address, bits]) => {
    const size = 2 ** (32 - bits);
    const first = address - (address % size);
    return { cidr: `${text(first)}/${bits}`, first, last: first + size - 1 };
  });

describe("the names that stand for a range of IPv4", () => {
  it("match each of its addresses by exactly one name", () => {
    fc.assert(
      fc.property(
        range.chain((one) =>
          fc.record({
            one: fc.constant(one),
            address: fc.oneof(
              fc.constantFrom(one.first, one.last),
              fc.integer({ min: one.first, max: one.last }),
            ),
          }),
        ),
        ({ one: { cidr }, address }) => {
          expect(namesOfRange(cidr).filter((name) => matches(name, text(address)))).toHaveLength(1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("match no address outside it, those beside it included", () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ({ cidr, first, last }, other) => {
        const outside = [first - 1, last + 1, other].filter(
          (address) => address >= 0 && address < 2 ** 32 && (address < first || address > last),
        );
        for (const address of outside)
          expect(namesOfRange(cidr).filter((name) => matches(name, text(address)))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("are 128 at most", () => {
    fc.assert(
      fc.property(range, ({ cidr }) => {
        expect(namesOfRange(cidr).length).toBeLessThanOrEqual(128);
      }),
    );
  });
});

const GROUPS = 8;
const group = fc.oneof(fc.constant(0), fc.constantFrom(1, 0xab, 0xab00, 0xffff), fc.nat({ max: 0xffff }));
const address6 = fc.array(group, { minLength: GROUPS, maxLength: GROUPS });
/** As Envoy writes an address. */
const text6 = (groups: readonly number[]) => new ipaddr.IPv6([...groups]).toRFC5952String();
const inRange = (groups: readonly number[], cidr: string) =>
  new ipaddr.IPv6([...groups]).match(ipaddr.IPv6.parseCIDR(cidr));

/** A range of IPv6 that declarations may have, and an address that has some of its first groups and others. */
const range6 = fc
  .record({
    first: address6,
    bits: fc.oneof(fc.constantFrom(16, 32, 48, 64, 80, 96, 112, 128), fc.integer({ min: 1, max: 128 })),
    other: address6,
    kept: fc.nat({ max: GROUPS }),
  })
  .map(({ first, bits, other, kept }) => ({
    cidr: `${ipaddr.IPv6.networkAddressFromCIDR(`${text6(first)}/${bits}`).toRFC5952String()}/${bits}`,
    address: [...first.slice(0, kept), ...other.slice(kept)],
  }))
  .filter(({ cidr }) => hostRangeFault(cidr) === undefined);

describe("the names that stand for a range of IPv6", () => {
  it("match an address by exactly one name where it is in the range, and by none where not", () => {
    let within = 0;
    fc.assert(
      fc.property(range6, ({ cidr, address }) => {
        const isWithin = inRange(address, cidr);
        if (isWithin) within += 1;
        expect(namesOfRange(cidr).filter((name) => matches(name, text6(address)))).toHaveLength(
          isWithin ? 1 : 0,
        );
      }),
      { numRuns: 5000 },
    );
    expect(within).toBeGreaterThan(500);
  });

  it.each([
    ["2001:db8::20/128", ["2001:db8::20"]],
    ["2001:db8::/32", ["2001:db8:*"]],
    ["2001:db8:5::/64", ["2001:db8:5::*", "2001:db8:5:0:*"]],
    ["2001:db8::/64", ["2001:db8::*", "2001:db8:0:0:*"]],
    ["2001:db8:0:5::/64", ["2001:db8:0:5:*"]],
    ["2001:db8:0:4::/63", ["2001:db8:0:4:*", "2001:db8:0:5:*"]],
    ["2001:db8::20/127", ["2001:db8::20", "2001:db8::21"]],
  ])("are, of %s, %j", (cidr, names) => {
    expect(namesOfRange(cidr)).toEqual(names);
  });

  it.each(["2001:db8::/80", "2001:0:0:5::/64", "::/16", "2001:db8::/40", "2001:db8::/56"])(
    "are not there for %s, which is refused",
    (cidr) => {
      expect(hostRangeFault(cidr)?.why).toMatch(/^this range of IPv6 can't be matched/);
    },
  );
});
