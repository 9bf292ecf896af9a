import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadEnvironment } from "../../model/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { blocksOf } from "./documents.ts";
import { declared, inProjectOf } from "./project.ts";

describe("a file of this repository in the documents", () => {
  it.each(blocksOf("yaml").filter(([, block]) => existsSync(declared(block).file)))(
    "%s is as it is",
    (_, block) => expect(parse(block.text)).toEqual(parse(readFileSync(declared(block).file, "utf8"))),
  );
});

describe("a declaration in the documents", () => {
  it.each(blocksOf("yaml"))("%s loads and renders, or is refused as it says", async (_, block) => {
    const { file, refused } = declared(block);
    await inProjectOf(block.document, (folder) => {
      const { environment, problems } = loadEnvironment(environmentOf(join(folder, file), block.text));
      if (refused) {
        expect(problems).not.toEqual([]);
        return;
      }
      expect(problems).toEqual([]);
      if (environment === undefined) throw new Error("neither an environment nor a problem");
      expect(environment.hosts.length).toBeGreaterThan(0);
      expect(renderStream(planEnvironment(environment))).toContain("kind: Deployment");
    });
  });
});

/** The environment file itself; of a catalog, one beside it that imports nothing else. */
function environmentOf(file: string, text: string): string {
  if ("environment" in (parse(text) as object)) return file;
  const path = join(dirname(file), "alone.yaml");
  const gateway = "{ name: egress, namespace: egress }";
  writeFileSync(path, `environment: alone\ngateways: [${gateway}]\nimports: [${basename(file)}]\n`);
  return path;
}
