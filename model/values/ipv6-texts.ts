import ipaddr from "ipaddr.js";

const GROUPS = 8;
const GROUP_BITS = 16;
const MOST = 128;

/**
 * The texts by which a range of IPv6 is told from all other addresses, in the form of Istio's string matches; undefined
 * where none do. An address is written in its shortest form, in which `::` stands for the longest run of zeros: only
 * where that run can't blur how many groups a beginning has is a beginning enough.
 *
 * @example
 * ipv6Texts("2001:db8::20/128") // ["2001:db8::20"]
 * ipv6Texts("2001:db8:5::/48") // ["2001:db8:5:*"]
 * ipv6Texts("2001:db8:5::/64") // ["2001:db8:5::*", "2001:db8:5:0:*"]
 * ipv6Texts("fd00::/96") // undefined: fd00::1:2:3 is outside, and begins as fd00::1 does
 */
export function ipv6Texts(cidr: string): string[] | undefined {
  const bits = Number(cidr.split("/")[1]);
  const whole = Math.ceil(bits / GROUP_BITS);
  const groups = ipaddr.IPv6.networkAddressFromCIDR(cidr).parts.slice(0, whole);
  const count = 2 ** (whole * GROUP_BITS - bits);
  if (count > MOST) return undefined;
  const texts = Array.from({ length: count }, (_, index) =>
    textsOf([...groups.slice(0, -1), (groups.at(-1) ?? 0) + index]),
  );
  return texts.every((known) => known !== undefined) ? texts.flat() : undefined;
}

/** The same for all addresses that begin with some groups. */
function textsOf(groups: readonly number[]): string[] | undefined {
  if (groups.length === GROUPS) return [new ipaddr.IPv6([...groups]).toRFC5952String()];
  const named = groups.slice(0, groups.findLastIndex((group) => group !== 0) + 1);
  const zeros = groups.length - named.length;
  const blurred = named.some((group, index) => group === 0 && (index === 0 || named[index + 1] === 0));
  // `::` is two groups at least: where it follows, as many are zero for certain, and no more.
  if (named.length === 0 || blurred || zeros > 2) return undefined;
  return zeros === 0 ? [`${text(named)}:*`] : [`${text(named)}::*`, `${text(groups)}:*`];
}

function text(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(":");
}
