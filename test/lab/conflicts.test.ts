import { describe, expect, it } from "vitest";
import { findConflict } from "../../lab/network/conflicts.ts";

/** What `ip -json -4 route show table all` prints on a machine with one network, with these lines more. */
function printed(...more: object[]): string {
  return JSON.stringify([
    { dst: "default", gateway: "192.0.2.1", dev: "eth0", flags: [] },
    { dst: "192.0.2.0/24", dev: "eth0", protocol: "kernel", scope: "link", prefsrc: "192.0.2.2", flags: [] },
    { type: "local", dst: "127.0.0.0/8", dev: "lo", table: "local", protocol: "kernel", flags: [] },
    ...more,
  ]);
}

describe("a machine's own addresses and routes", () => {
  it.each([
    ["nothing at all", ""],
    ["others", printed()],
    ["what the lab itself made", printed({ dst: "198.18.0.1", dev: "sallyport-root", flags: [] })],
    ["a neighbour's address", printed({ type: "local", dst: "198.18.0.253", dev: "lo", table: "local" })],
  ])("may be %s", (_, text) => {
    expect(findConflict(text)).toBeUndefined();
  });

  it.each([
    [
      { type: "local", dst: "198.18.0.254", dev: "lo", table: "local", prefsrc: "198.18.0.254", flags: [] },
      "this machine has the address 198.18.0.254 on lo, and the lab needs 198.18.0.254",
    ],
    [
      { dst: "198.18.0.0/15", gateway: "192.0.2.9", dev: "eth0", flags: [] },
      "this machine has a route to 198.18.0.0/15 on eth0, and the lab needs 198.18.0.1",
    ],
    [
      { type: "blackhole", dst: "198.18.0.128/25", flags: [] },
      "this machine has a route to 198.18.0.128/25, and the lab needs 198.18.0.254",
    ],
  ])("can't be %j", (route, why) => {
    expect(findConflict(printed(route))).toBe(why);
  });
});
