import { describe, expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";

const HOST = "host: a.example.com, tls: none";
const NEWS = "{ from: { namespace: news } }";
const SHOP = "{ from: { namespace: shop } }";
const host = (allow: string, more = "") => `{ ${HOST}${more}, allow: [${allow}] }`;
const frame = (rest: string) => `environment: dev\ngateways: [{ name: egress, namespace: egress }]\n${rest}`;

const inOneFile = (...hosts: readonly string[]) =>
  loadTexts({ "env.yaml": frame(`hosts:\n${hosts.map((one) => `  - ${one}\n`).join("")}`) });
const inTwoFiles = (one: string, two: string) =>
  loadTexts({
    "env.yaml": frame("imports: [one.yaml, two.yaml]\n"),
    "one.yaml": `owner: news\nhosts:\n  - ${one}\n`,
    "two.yaml": `owner: news\nhosts:\n  - ${two}\n`,
  });
const said = (list: ReturnType<typeof loadTexts>["problems"]) =>
  list.map(({ file, line, column, why, fix }) => `${file}:${line}:${column} ${why}; ${fix}`);

describe("a host and port that is declared twice by one owner", () => {
  it("is fine in two files that agree", () => {
    const { environment, problems, warnings } = inTwoFiles(host(NEWS), host(NEWS));
    expect([problems, warnings]).toEqual([[], []]);
    expect(environment?.hosts).toHaveLength(1);
  });

  it("is warned of in one file", () => {
    const { environment, problems, warnings } = inOneFile(host(`${NEWS}, ${SHOP}`), host(`${SHOP}, ${NEWS}`));
    expect(problems).toEqual([]);
    expect(environment?.hosts).toEqual(inOneFile(host(`${NEWS}, ${SHOP}`)).environment?.hosts);
    expect(said(warnings)).toEqual(["env.yaml:5:5 declared alike at env.yaml:4:5; remove one of the two"]);
  });

  it("is to have one allow, where nothing else differs", () => {
    const fix = (place: string) =>
      `put both under one allow: add the rules here to those at ${place}, and remove this entry`;
    expect(said(inOneFile(host(NEWS), host(SHOP)).problems)).toEqual([
      `env.yaml:5:5 declared already at env.yaml:4:5 by platform; ${fix("env.yaml:4:5")}`,
    ]);
    expect(said(inTwoFiles(host(NEWS), host(SHOP)).problems)).toEqual([
      `two.yaml:3:5 declared already at one.yaml:3:5 by news; ${fix("one.yaml:3:5")}`,
    ]);
    expect(inOneFile(host(`${NEWS}, ${SHOP}`)).problems).toEqual([]);
  });

  it("is refused with the heads of the two files where it is their rules that differ", () => {
    const read = (head: string, one: string) =>
      loadTexts({
        "env.yaml": frame("imports: [one.yaml, two.yaml]\n"),
        "one.yaml": `owner: news\nhosts:\n  - ${one}\n`,
        "two.yaml": `owner: news\nallow: [${head}]\nhosts:\n  - ${host(NEWS)}\n`,
      }).problems.map(({ fix }) => fix);
    expect(read(SHOP, host(NEWS))).toEqual([
      "give one.yaml and two.yaml the same rules at their heads, or keep one of the two",
    ]);
    expect(read(SHOP, host(`${NEWS}, ${SHOP}`))).toEqual([]);
  });

  it.each([", timeout: 1s", ", refuse: not-found", ", deny: [{ methods: [DELETE] }]"])(
    "is refused as a whole where another key differs: %s",
    (more) => {
      const [first, second] = [
        inOneFile(host(NEWS), host(SHOP, more)),
        inTwoFiles(host(NEWS), host(NEWS, more)),
      ];
      expect(first.problems.map(({ fix }) => fix)).toContain("keep one of the two");
      expect(second.problems.map(({ fix }) => fix)).toContain("make the two the same, or keep one");
    },
  );
});
