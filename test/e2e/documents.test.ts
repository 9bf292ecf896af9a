import { describe, expect, it } from "vitest";
import { accessSteps } from "../../walk/access/steps.ts";
import { serverSideDeployment } from "../../walk/deployment/server-side.ts";
import type { Document } from "../../walk/document.ts";
import { document001 } from "../../walk/document-001/steps.ts";
import { document002 } from "../../walk/document-002/steps.ts";
import { document003 } from "../../walk/document-003/steps.ts";
import { labInternet } from "../../walk/lab-internet.ts";
import { walkDocument } from "../../walk/walk-document.ts";
import { LAB_IMAGE } from "../../walk/workloads.ts";
import { onCluster } from "./cluster.ts";
import { print } from "./print.ts";

const cluster = onCluster("lab");

describe("walks with every row as expected", { timeout: 15 * 60_000 }, () => {
  const documents: readonly (readonly [string, Document, number])[] = [
    ["001", document001, 28],
    ["002", document002, 30],
    ["003", document003, 60],
    ["access", accessSteps, 90],
  ];
  it.for(documents)("%s", async ([, document, rows], { signal }) => {
    const { access, programs = "" } = cluster ?? { access: {} };
    const walked = await walkDocument(document, {
      access,
      programs,
      internet: labInternet,
      image: LAB_IMAGE,
      deployment: serverSideDeployment(access),
      signal: signal,
      report: print,
    });
    expect(walked.filter(({ passed }) => !passed)).toEqual([]);
    expect(walked.length).toBeGreaterThan(rows);
  });
});
