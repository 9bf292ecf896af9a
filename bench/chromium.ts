import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The Chromium of this machine, or undefined where it has none. */
export function chromiumProgram(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Chromium without a window, and without requests of its own. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Milliseconds from the beginning of the navigation until the page has shown its table. */
export async function openingTime(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))",
  );
}

/** Milliseconds from typing a text into the search until the rows that fit are shown. */
export async function filterTime(page: Page, text: string): Promise<number> {
  return page.evaluate(`new Promise((done) => {
    const began = performance.now();
    const search = document.getElementById("search");
    search.value = ${JSON.stringify(text)};
    search.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  })`);
}
