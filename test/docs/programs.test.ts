import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registeredBy } from "../components/mocks.ts";
import { type Block, blocksOf } from "./documents.ts";

const BLOCKS = blocksOf("ts");
const folder = mkdtempSync(join(tmpdir(), "sallyport-docs-"));
const fileOf = ({ document, line }: Block) => join(folder, `${document.replaceAll(/\W/g, "-")}-${line}.ts`);

beforeAll(() => {
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: resolve("tsconfig.json"), include: ["*.ts"] }),
  );
  for (const [, block] of BLOCKS) writeFileSync(fileOf(block), `${block.text}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the programs in the documents", () => {
  it("are type-checked", { timeout: 60_000 }, async () => {
    const { stdout } = await execa("node_modules/.bin/tsc", ["-p", folder], { reject: false });
    expect(stdout).toBe("");
  });

  const tests = BLOCKS.filter(([, { text }]) => text.includes("setMocks"));
  const programs = BLOCKS.filter((block) => !tests.includes(block));

  it.each(programs)("%s registers a gateway", async (_, block) => {
    const registered = await registeredBy(() => import(/* @vite-ignore */ fileOf(block)));
    expect(registered.map(({ type }) => type)).toContain("kubernetes:apps/v1:Deployment");
  });

  it.each(tests)("%s is a test that passes", async (_, block) => {
    await import(/* @vite-ignore */ fileOf(block));
  });
});
