import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chromiumProgram, filterTime, launchChromium, openingTime } from "../../bench/chromium.ts";
import { largeMatrix } from "../../bench/large-matrix.ts";
import { matrixPage } from "../../cli/matrix/page.ts";
import { sallyport } from "../cli/sallyport.ts";

const HOSTILE = "</script><img src=x onerror=alert(1)><b>&lt;";
/** Names that no declaration has, but objects of others may. */
const MANIFESTS = `
apiVersion: v1
kind: Service
metadata: { name: egress, namespace: egress }
spec: { selector: { app: egress }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: egress, namespace: egress }
spec:
  selector: { app: egress }
  servers: [{ port: { number: 80, protocol: HTTP, name: http }, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside, namespace: egress }
spec: { hosts: [one.example.com], ports: [{ number: 80, protocol: HTTP, name: http }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: outside, namespace: egress }
spec:
  hosts: [one.example.com, ${JSON.stringify(HOSTILE)}]
  gateways: [egress]
  http: [{ route: [{ destination: { host: one.example.com, port: { number: 80 } } }] }]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: ${JSON.stringify(HOSTILE)}, namespace: egress }
`;

const program = chromiumProgram();
const folder = mkdtempSync(join(tmpdir(), "sallyport-page-"));
let browser: Browser | undefined;
beforeAll(async () => {
  if (program !== undefined) browser = await launchChromium(program);
});
beforeEach(({ skip }) => skip(browser === undefined, "there is no Chromium on the PATH"));
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** What the page asked for, and what went wrong in it. */
  readonly requests: string[];
  readonly faults: string[];
}

async function open(url: string, colorScheme: "light" | "dark" = "light"): Promise<Opened> {
  if (browser === undefined) throw new Error("there is no browser");
  const page = await browser.newPage({ colorScheme });
  const opened: Opened = { page, requests: [], faults: [] };
  page.on("request", (request) => opened.requests.push(request.url()));
  page.on("console", (message) => opened.faults.push(message.text()));
  page.on("pageerror", (error) => opened.faults.push(String(error)));
  page.on("dialog", (dialog) => opened.faults.push(dialog.message()));
  await page.goto(url);
  return opened;
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

const rowsOf = (page: Page) => page.locator("#rows tr").allInnerTexts();

describe("the matrix as a page", () => {
  const html = (path: string) => sallyport(["matrix", path, "--format", "html"]).stdout;
  const hostile = () => {
    writeFileSync(join(folder, "hostile.yaml"), MANIFESTS);
    return file("hostile.html", html(join(folder, "hostile.yaml")));
  };

  it("asks for nothing but itself, and shows each row", async () => {
    const url = file("dev.html", html("stacks/dev.yaml"));
    const { page, requests, faults } = await open(url);
    expect(await rowsOf(page)).toHaveLength(5);
    expect(await page.locator("#status").textContent()).toBe("5 rows");
    expect([requests, faults]).toEqual([[url], []]);
  });

  it("has its filters on one line of a wide window", async () => {
    const manifests = join(folder, "manifests");
    sallyport(["render", "docs/pictures/access.yaml", "--out", manifests]);
    copyFileSync("docs/pictures/foreign.yaml", join(manifests, "foreign.yaml"));
    const { page } = await open(file("filters.html", html(manifests)));
    await page.setViewportSize({ width: 1440, height: 900 });
    const [search, gateway, notes, clear] = await Promise.all(
      [
        page.getByLabel("Search"),
        page.getByLabel("Gateway"),
        page.getByLabel("notes"),
        page.getByRole("button", { name: "Clear" }),
      ].map((field) => field.boundingBox()),
    );
    const bottom = (search?.y ?? 0) + (search?.height ?? 0);
    for (const field of [gateway, notes, clear]) expect(field?.y).toBeLessThan(bottom);
  });

  it("lets its script reach nothing, and no other script run", async () => {
    const { page } = await open(file("dev.html", html("stacks/dev.yaml")));
    const refused = await page.evaluate<string[]>(`new Promise((done) => {
      const refused = new Set();
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        refused.add(effectiveDirective);
        if (refused.size === 4) done([...refused].sort());
      });
      const add = (name, fields) => document.body.append(Object.assign(document.createElement(name), fields));
      add("script", { textContent: "alert(1)" });
      add("style", { textContent: "body { color: red }" });
      add("img", { src: "http://127.0.0.1/x" });
      fetch("http://127.0.0.1/").catch(() => {});
    })`);
    expect(refused).toEqual(["connect-src", "img-src", "script-src-elem", "style-src-elem"]);
  });

  it("shows what a name says as text", async () => {
    const { page, faults } = await open(hostile());
    expect(await page.locator("#rows").textContent()).toContain(HOSTILE);
    expect(await page.locator("details li").allInnerTexts()).toContainEqual(
      `EnvoyFilter/egress/${HOSTILE} changes Envoy's configuration`,
    );
    expect(await page.locator("img, b").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("filters by words, by what is chosen, and by what is refused, and starts again", async () => {
    const { page } = await open(file("large.html", await matrixPage("large", largeMatrix(50, 20), [])));
    const status = page.locator("#status");
    expect(await status.textContent()).toBe("1 to 100 of 1,000 rows");
    await page.keyboard.press("Tab");
    await page.keyboard.type("ACCOUNT-7 host-25.");
    expect(await rowsOf(page)).toEqual([expect.stringContaining("host-25.example.com")]);
    expect(await status.textContent()).toBe("1 row, out of 1,000");
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => status.textContent()).toBe("1 to 100 of 1,000 rows");
    await page.getByLabel("Host").selectOption("host-25.example.com");
    await page.getByLabel("Namespace").selectOption("team-3");
    expect(await status.textContent()).toBe("1 row, out of 1,000");
    await page.getByLabel("Host").selectOption("all");
    await page.getByLabel("Namespace").selectOption("all");
    await page.getByLabel("refused").check();
    expect(await status.textContent()).toBe("40 rows, out of 1,000");
    await page.getByLabel("Search").fill("no such thing");
    expect(await rowsOf(page)).toEqual([expect.stringContaining("No row fits")]);
  });

  it("has all rows, a page at a time, and on paper more of them", async () => {
    const { page } = await open(file("large.html", await matrixPage("large", largeMatrix(50, 5), [])));
    const seen = await rowsOf(page);
    await page.getByRole("button", { name: "Next" }).click();
    seen.push(...(await rowsOf(page)));
    await page.getByRole("button", { name: "Next" }).click();
    seen.push(...(await rowsOf(page)));
    expect(new Set(seen).size).toBe(250);
    expect(await page.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("form").isVisible()).toBe(false);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await rowsOf(page)).toHaveLength(250);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await rowsOf(page)).toHaveLength(50);
  });

  it.each(["light", "dark"] as const)("has no fault that axe finds, in %s", async (scheme) => {
    const pages = [hostile(), file("large.html", await matrixPage("large", largeMatrix(50, 5), []))];
    for (const url of pages) {
      const { page } = await open(url, scheme);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html: at }) => at)])).toEqual([]);
    }
  });

  it("opens with 1,000 hosts and 200 accounts", async () => {
    const url = file("huge.html", await matrixPage("huge", largeMatrix(1_000, 200), []));
    const { page } = await open(url);
    const opening = await openingTime(page, url);
    const filtering = await filterTime(page, "account-17 host-9");
    expect(await page.locator("#status").textContent()).toMatch(/ out of 200,000$/);
    process.stdout.write(
      `200,000 rows: opened in ${opening.toFixed(0)} ms, filtered in ${filtering.toFixed(0)} ms\n`,
    );
  });
});
