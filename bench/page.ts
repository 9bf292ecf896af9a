import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { matrixPage } from "../cli/matrix/page.ts";
import { chromiumProgram, filterTime, launchChromium, openingTime } from "./chromium.ts";
import { largeMatrix } from "./large-matrix.ts";
import { machine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";

/** The matrix as a page, in Chromium: to open it, and to filter by a text typed. Medians, in milliseconds. */
const ROUNDS = 5;
const SIZES = [
  { hosts: 100, accounts: 20 },
  { hosts: 1_000, accounts: 200 },
];
const TYPED = ["account-17", "host-9 team-3", "nothing like it", ""];

const program = chromiumProgram();
if (program === undefined)
  throw new Error("there is no chromium on the PATH: install Debian's package chromium");
const folder = mkdtempSync(join(tmpdir(), "sallyport-page-"));
const browser = await launchChromium(program);
try {
  const lines: (string | number)[][] = [];
  for (const { hosts, accounts } of SIZES) {
    const file = join(folder, `${hosts}.html`);
    const text = await matrixPage("bench", largeMatrix(hosts, accounts), []);
    writeFileSync(file, text);
    const [openings, filters]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage();
      openings.push(await openingTime(page, pathToFileURL(file).href));
      for (const typed of TYPED) filters.push(await filterTime(page, typed));
      await page.close();
    }
    lines.push([
      hosts,
      accounts,
      (text.length / 1e6).toFixed(1),
      median(openings).toFixed(0),
      median(filters).toFixed(0),
      Math.max(...filters).toFixed(0),
    ]);
  }
  const head = ["hosts", "accounts", "MB", "open ms", "filter ms", "slowest filter ms"];
  process.stdout.write(`${machine()}; medians of ${ROUNDS}.\n\n${markdown(head, lines)}`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
