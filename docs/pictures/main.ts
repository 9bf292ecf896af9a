import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { inWords } from "../../access/manifests/unjudged.ts";
import { readMatrix } from "../../access/matrix/matrix.ts";
import { chromiumProgram, launchChromium } from "../../bench/chromium.ts";
import { compare } from "../../cli/diff/compare.ts";
import { markdownText } from "../../cli/diff/markdown.ts";
import { terminalText } from "../../cli/diff/text.ts";
import { readSources } from "../../cli/input/source.ts";
import { matrixPage } from "../../cli/matrix/page.ts";
import { commentHtml } from "./comment.ts";
import { terminalHtml } from "./terminal.ts";

/**
 * Draws the pictures, light and dark: of a change as a terminal shows it, of one as a comment, and of the page that
 * tells who may call what, where a filter that is not Sallyport's is in a gateway. Mermaid, by which GitHub
 * draws the comment's diagram, is no dependency of this project: it is looked for on NODE_PATH.
 *
 * @example
 * npm install --prefix /tmp/mermaid mermaid
 * NODE_PATH=/tmp/mermaid/node_modules node docs/pictures/main.ts
 */
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const sideOf = (name: string, file: string) => ({ name, sources: readSources(here(file)) });
const [from, to] = [
  sideOf("stacks at main (1a2b3c4)", "before.yaml"),
  sideOf("stacks at shop (5d6e7f8)", "after.yaml"),
];
const compared = compare(from, to);
const manifests = ["access.yaml", "foreign.yaml"].flatMap((file) =>
  sideOf(file, file).sources.environments.flatMap((environment) => environment.manifests),
);
const { rows, gaps } = readMatrix(manifests);
const PICTURES = {
  "../access-page": await matrixPage("demo", rows, gaps.map(inWords)),
  diff: terminalHtml(
    "sallyport diff main shop",
    terminalText(from.name, to.name, compared, { columns: 80, isColoured: true }),
  ),
  comment: commentHtml(markdownText(from.name, to.name, compared)),
};
const mermaid = readFileSync(createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js"), "utf8");

const program = chromiumProgram();
if (program === undefined)
  throw new Error("there is no chromium on the PATH: install Debian's package chromium");
const browser = await launchChromium(program);
try {
  for (const [name, html] of Object.entries(PICTURES))
    for (const colorScheme of ["light", "dark"] as const) {
      const viewport =
        name === "../access-page" ? { width: 1440, height: 1000 } : { width: 900, height: 600 };
      const page = await browser.newPage({ colorScheme, viewport });
      await page.setContent(html);
      if (name === "comment") await drawDiagram(page, colorScheme);
      await page.locator("body").screenshot({ path: here(`${name}-${colorScheme}.png`) });
      await page.close();
    }
} finally {
  await browser.close();
}

/** A diagram in GitHub's own two themes. */
async function drawDiagram(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.addScriptTag({ content: mermaid });
  const theme = colorScheme === "dark" ? "dark" : "default";
  await page.evaluate(`mermaid.initialize({ startOnLoad: false, theme: "${theme}" }); mermaid.run()`);
}
