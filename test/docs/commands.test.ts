import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { answers, argumentsOf, ELSEWHERE, shownIn } from "./commands.ts";
import { blocksOf, DOCUMENTS } from "./documents.ts";
import { inProjectOf } from "./project.ts";

const SHOWN = blocksOf("console").flatMap(([place, block]) =>
  shownIn(block).map((shown) => ({ place, document: block.document, ...shown })),
);
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  overrides: Record<string, unknown>;
};

describe("a command in the documents", () => {
  const here = SHOWN.filter(({ command }) => argumentsOf(command) !== undefined);
  it.each(here)("$place: $command", async ({ document, command, answer }) => {
    const said = await inProjectOf(document, (cwd) =>
      execa(process.execPath, [resolve("cli/main.ts"), ...(argumentsOf(command) ?? [])], {
        cwd,
        reject: false,
        all: true,
      }),
    );
    const isGained = /^ {2}access gained/m.test(answer);
    expect(said.exitCode).toBe(answer.includes("  why: ") ? 1 : isGained ? 3 : 0);
    if (!answers(said.all, answer)) expect(said.all.trimEnd()).toBe(answer);
  });

  it("is run here, or is known to need what no unit test has", () => {
    const unknown = SHOWN.map(({ command }) => command).filter(
      (command) => argumentsOf(command) === undefined && ELSEWHERE[command] === undefined,
    );
    expect(unknown).toEqual([]);
    const commands = SHOWN.map(({ command }) => command);
    expect(Object.keys(ELSEWHERE).filter((command) => !commands.includes(command))).toEqual([]);
  });

  it("names scripts that package.json has", () => {
    expect(manifest.scripts.sallyport).toBe("node cli/main.ts");
    const named = DOCUMENTS.flatMap(({ lines }) => [...lines.join("\n").matchAll(/npm run ([\w-]+)/g)]);
    expect(named.map(([, name]) => name).filter((name) => !manifest.scripts[name ?? ""])).toEqual([]);
  });

  it("is shown in a block of a language that is tested", () => {
    const languages = DOCUMENTS.flatMap(({ blocks }) => blocks.map(({ language }) => language));
    expect([...new Set(languages)].sort()).toEqual(["console", "json", "ts", "yaml"]);
  });

  it("by npm exec has the project's own node", async () => {
    const { stdout } = await execa("npm", ["exec", "--offline", "-c", "node --version"], {
      env: { PATH: `/usr/bin:/bin:${process.env.PATH}` },
    });
    expect(stdout).toBe(process.version);
  });
});

describe("lines for package.json", () => {
  it.each(blocksOf("json").filter(([, { text }]) => text.includes('"dependencies"')))(
    "%s are this project's own",
    (_, block) => {
      const { dependencies, overrides } = JSON.parse(block.text) as typeof manifest;
      expect(manifest.dependencies).toMatchObject(dependencies);
      expect(overrides).toEqual(manifest.overrides);
    },
  );
});
