import { expect, it } from "vitest";
import { serverSideDeployment } from "../../walk/deployment/server-side.ts";
import { walkDocument004 } from "../../walk/document-004/walk.ts";
import { labInternet } from "../../walk/lab-internet.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { onCluster } from "./cluster.ts";
import { print } from "./print.ts";

const cluster = onCluster("lab");

it("walks document 004 with every row as expected", { timeout: 15 * 60_000 }, async ({ signal }) => {
  const { access, programs = "" } = cluster ?? { access: {} };
  const rows = await walkDocument004({
    access,
    programs,
    internet: labInternet,
    image: LAB_IMAGE,
    deployment: serverSideDeployment(access),
    signal,
    report: print,
  });
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter(({ passed }) => !passed)).toEqual([]);
});
