import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

describe("the name of an IPv6 address", () => {
  it("is its shortest form, as Envoy writes it", () => {
    expect(namesOfRange("2001:db8::20/128")).toEqual(["2001:db8::20"]);
  });
});
