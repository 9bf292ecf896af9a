import { expect, it } from "vitest";
import { hasIpv6 } from "../../lab/network/ipv6.ts";
import { serverSideDeployment } from "../../walk/deployment/server-side.ts";
import { walkHosts } from "../../walk/hosts/walk.ts";
import { labInternet } from "../../walk/lab-internet.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
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
  expect(rows.filter(({ passed }) => !passed)).toEqual([]);
});
