import { expect, it } from "vitest";
import { liesIn } from "../../access/evaluate/addresses.ts";
import { hasIpv6 } from "../../lab/network/ipv6.ts";
import type { Host } from "../../model/environment.ts";
import { PROTOCOLS } from "../../model/values/protocols.ts";
import { serverSideDeployment } from "../../walk/deployment/server-side.ts";
import { walkHosts } from "../../walk/hosts/walk.ts";
import { labInternet } from "../../walk/lab-internet.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { environmentOf } from "../stacks.ts";
import { onCluster } from "./cluster.ts";
import { print } from "./print.ts";

const cluster = onCluster("lab");

it("reaches hosts in every mode, with every row as expected", { timeout: 20 * 60_000 }, async ({
  signal,
}) => {
  const { access, programs = "" } = cluster ?? { access: {} };
  const rows = await walkHosts({
    access,
    programs,
    internet: labInternet,
    image: LAB_IMAGE,
    deployment: serverSideDeployment(access),
    signal,
    report: print,
  });
  expect(rows.some(({ step }) => step.startsWith("IPv6"))).toBe(hasIpv6);
  expect(rows.length).toBeGreaterThan(hasIpv6 ? 140 : 110);
  const calls = rows.map(({ command }) => command).join("\n");
  const uncalled = environmentOf("stacks/lab/hosts.yaml").hosts.filter((host) => !isCalled(host, calls));
  expect(uncalled.map(({ host, port }) => `${host}:${port}`).filter(hasIpv6 ? Boolean : isIpv4)).toEqual([]);
  for (const step of ["gRPC", "WebSocket", "a host that fails too often", "none: events", "none: 1 GB"])
    expect(rows.map((row) => row.step)).toContainEqual(expect.stringContaining(step));
  expect(rows.filter(({ passed }) => !passed)).toEqual([]);
});

/** Whether a call of some commands goes to a host: to its name and port, or to an address that is its own. */
function isCalled({ host, port, mode, addresses }: Host, commands: string): boolean {
  if (addresses !== undefined)
    return [...commands.matchAll(/telnet:\/\/(?:\[(.+?)\]|([\d.]+)):(\d+)/g)].some(
      ([, six, four, calledPort]) => Number(calledPort) === port && liesIn(addresses)(six ?? four ?? ""),
    );
  const name = host.replaceAll(".", "\\.").replace("*", "[\\w-]+");
  const scheme = { http: "(http|telnet)", tls: "https", tcp: "telnet" }[PROTOCOLS[mode]];
  const isDefault = port === (PROTOCOLS[mode] === "tls" ? 443 : 80);
  return new RegExp(
    `${scheme}://${name}${isDefault ? `(:${port}(?!\\d)|(?![:\\w.]))` : `:${port}(?!\\d)`}`,
  ).test(commands);
}

/** Whether a host is there without IPv6, by its name and port. */
function isIpv4(host: string): boolean {
  return !/^(.*\b)?six\.|6\.|64\.|^(three|four)\./.test(host);
}
