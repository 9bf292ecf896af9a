import { describe, expect, it } from "vitest";
import { parseCaller, parseHeader, parseTarget } from "../../cli/call.ts";
import type { Explained } from "../../cli/explain/text.ts";
import { sallyport } from "./sallyport.ts";

function explain(file: string, from: string, to: string, ...more: string[]) {
  return sallyport(["explain", `stacks/${file}.yaml`, "--from", from, "--to", to, ...more]);
}
function json(file: string, from: string, to: string, ...more: string[]): Explained {
  const { stdout, exit } = explain(file, from, to, "--format", "json", ...more);
  expect(exit).toBe(0);
  return JSON.parse(stdout) as Explained;
}

describe("sallyport explain", () => {
  it("tells the whole way of a call that is allowed, with objects and lines", () => {
    const { stdout, exit } = explain("dev", "news/politics", "http://edition.cnn.com/politics");
    expect(exit).toBe(0);
    const [first, ...steps] = stdout.split("\n");
    expect(first).toBe("news/politics http://edition.cnn.com:80/politics: allowed");
    const parts = steps.filter((line) => /^[✓✗]/.test(line)).map((line) => line.slice(2, 12).trim());
    expect([...new Set(parts)]).toEqual([
      "lockdown",
      "sidecar",
      "hop",
      "gateway",
      "policy",
      "route",
      "upstream",
    ]);
    expect(stdout).toMatch(/NetworkPolicy\/news\/sallyport-lockdown\n +stacks\/dev\.yaml:7:5\n/);
    expect(stdout).toMatch(
      / policy .*\n +AuthorizationPolicy\/egress\/.*\n +rule 0\n +stacks\/catalog\/news\.yaml:6:9\n/,
    );
    expect(stdout).not.toContain("To allow it");
  });

  it("suggests the rule that lets a refused caller in, and where it belongs", () => {
    const { verdict, answer, steps, advice } = json("dev", "payments/audit", "api.stripe.com:443");
    expect([verdict, answer]).toEqual(["refused", "closed"]);
    expect(steps.at(-1)).toMatchObject({
      at: "policy",
      passes: false,
      says: expect.stringMatching(/another caller$/),
    });
    expect(advice).toEqual({
      file: "stacks/catalog/payments.yaml",
      line: 3,
      column: 5,
      path: "hosts[0].allow",
      yaml: "allow:\n  - from: { serviceAccount: payments/audit }\n",
    });
  });

  it("names the denial that wins, and adds nothing", () => {
    const { stdout } = explain("lab/001-all-but-english", "default/reader", "https://en.wikipedia.org");
    expect(stdout).toContain("✗ policy    denies it, which wins over all that allows");
    expect(stdout).toMatch(
      /fix: let its owner exempt default\/reader \(except:\) at\s+stacks\/lab\/001-all-but-english\.yaml:19:9/,
    );
    expect(stdout).not.toContain("To allow it");
    // But for names that can't be broken.
    const long = stdout.split("\n").filter((line) => line.length > 80 && line.trim().includes(" "));
    expect(long).toEqual([]);
  });

  it("does not show headers, which may be secrets", () => {
    const header = ["--header", "x-team: secret"];
    const { stdout } = explain("dev", "news/a", "http://edition.cnn.com", ...header, "--format", "json");
    expect(stdout).toContain('"verdict": "allowed"');
    expect(stdout).not.toContain("secret");
  });

  it("does not call allowed what goes past every gateway", () => {
    const { verdict, answer, advice } = json("dev", "shop/a", "http://new.example.com");
    expect([verdict, answer]).toEqual(["past-gateways", "direct"]);
    expect(advice).toHaveProperty("yaml");
  });

  it.each([
    [["--from", "news", "--to", "a.example:80"], /a namespace and a service account/],
    [["--to", "a.example:80"], /--from/],
  ])("refuses %j", (args, says) => {
    const { stdout, stderr, exit } = sallyport(["explain", "stacks/dev.yaml", ...args]);
    expect([stdout, exit]).toEqual(["", 1]);
    expect(stderr).toMatch(says);
  });

  it("explains nothing of a file with problems", () => {
    const { stdout, stderr, exit } = explain("nowhere", "news/a", "a.example:80");
    expect([stdout, exit]).toEqual(["", 1]);
    expect(stderr).toContain("stacks/nowhere.yaml");
  });
});

describe("what is called", () => {
  it.each([
    ["http://Edition.CNN.com", { scheme: "http", host: "edition.cnn.com", port: 80 }],
    ["http://edition.cnn.com/", { scheme: "http", host: "edition.cnn.com", port: 80, path: "/" }],
    ["https://a.example:8443/x?y=1", { scheme: "https", host: "a.example", port: 8443, path: "/x" }],
    ["http://user:secret@a.example/x", { scheme: "http", host: "a.example", port: 80, path: "/x" }],
    ["a.example:443", { host: "a.example", port: 443 }],
    ["tcp://[2001:db8::1]:5432", { scheme: "tcp", host: "2001:db8::1", port: 5432 }],
    ["[2001:DB8::1]:5432", { host: "2001:db8::1", port: 5432 }],
  ])("is read out of %s", (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    "",
    "a.example",
    "a.example:0",
    "a.example:65536",
    "a.example:80/x",
    "tcp://a.example",
    "a b:80",
    "::",
  ])("is not %j", (text) => {
    expect(() => parseTarget(text)).toThrow();
  });

  it("comes from an account, with headers", () => {
    expect(parseCaller("news/politics")).toEqual({ namespace: "news", account: "politics" });
    expect(() => parseCaller("news/politics/x")).toThrow();
    expect(parseHeader("B: 2", parseHeader("X-Team: a:b"))).toEqual({ "x-team": "a:b", b: "2" });
  });
});
