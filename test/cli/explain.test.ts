import { describe, expect, it } from "vitest";
import type { Explained } from "../../cli/explain/text.ts";
import { parseCaller, parseClaims, parseHeader, parseTarget } from "../../cli/input/call.ts";
import { labHostPath } from "../lab-host-path.ts";
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

  it("names the authorizer whose answer decides, and the host that asks it", () => {
    const asked = ["lab/002-authorizer-http", "default/reader", "http://edition.cnn.com"] as const;
    const { verdict, answer, steps, unsure, advice } = json(...asked);
    expect([verdict, answer, advice, unsure]).toEqual([
      "unknown",
      "allowed",
      undefined,
      [
        "whether the authorizer iam-http, asked by AuthorizationPolicy/egress-002/egress-ask-iam-http, lets it pass",
      ],
    ]);
    const [asking] = steps.filter(({ at }) => at === "policy");
    expect(asking).toMatchObject({
      passes: true,
      says: "asks the authorizer iam-http, whose answer decides: only what it lets pass goes on",
      declared: { file: "stacks/lab/002-authorizer-http.yaml", line: 21, column: 5 },
    });
    const { stdout } = explain(...asked);
    expect(stdout).toMatch(/: allowed, as far as it is judged\n/);
    expect(stdout).toMatch(/Not judged: whether the authorizer iam-http,/);
  });

  it("names the denial that wins, and adds nothing", () => {
    const { stdout } = explain("lab/001-all-but-english", "default/reader", "https://en.wikipedia.org");
    expect(stdout).toContain("✗ policy    denies it, which wins over all that allows");
    expect(stdout).toMatch(
      /fix: let its owner exempt default\/reader \(except:, with until:\) in\s+hosts\[1\]\.deny\[0\] at stacks\/lab\/001-all-but-english\.yaml:19:9/,
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

  it("asks for a host with addresses by its name, as at the first of them", () => {
    const other = ["hosts-client/other", "one.example.com:5432"] as const;
    expect(json("lab/hosts", ...other)).toMatchObject({
      call: { host: "one.example.com", address: "198.51.100.20" },
      verdict: "refused",
      advice: {
        path: labHostPath("one.example.com"),
        yaml: "allow:\n  - from: { serviceAccount: hosts-client/other }\n",
      },
    });
    expect(explain("lab/hosts", ...other).stdout).toContain(
      "one.example.com is declared by its addresses: it is asked for at 198.51.100.20.",
    );
    expect(json("lab/hosts", "hosts-client/caller", "one.example.com:5432").verdict).toBe("allowed");
  });

  it("does not guess the address of a name that nobody declared, where it decides", () => {
    const { verdict, unsure, advice } = json("lab/hosts", "hosts-client/caller", "new.example.com:5432");
    expect([verdict, advice]).toEqual(["unknown", undefined]);
    expect(unsure).toEqual([expect.stringMatching(/that of new\.example\.com is not known/)]);
  });

  it("says where a connection ends that goes to a host by its port alone", () => {
    const says = (to: string) => json("lab/hosts", "hosts-client/caller", to).steps[1]?.says;
    expect(says("new.example.com:6379")).toMatch(
      /to be connected to tcp\.example\.com:6379, whatever was called$/,
    );
    expect(says("tcp.example.com:6379")).toMatch(/to be connected to tcp\.example\.com:6379$/);
  });

  it("names no exemption where there is none", () => {
    const { advice } = json("lab/003-gateway-by-account", "otherns/sleep-yahoo", "developers.google.com:443");
    expect(advice).toMatchObject({
      fix: expect.stringMatching(/^let its owner remove hosts\[1\]\.deny\[0\] at /),
    });
  });

  describe("for an end user", () => {
    const partners = ["access-client/reader", "http://partners.wild.example.com/"] as const;
    const editor = { iss: "https://login.example.com", sub: "ada", groups: ["editors", "all"] };
    const asked = (host: string, claims: object) =>
      json(
        "lab/access-users",
        "access-client/reader",
        `http://${host}.wild.example.com`,
        ...["--claims", JSON.stringify(claims)],
      );

    it("looks at the token's claims", () => {
      expect(asked("corp", editor)).toMatchObject({ verdict: "allowed", call: { claims: { sub: "ada" } } });
      expect(asked("corp", { ...editor, groups: ["eng", "all"] })).toMatchObject({
        answer: "forbidden",
        advice: {
          path: "hosts[0].allow",
          yaml: [
            "allow:",
            "  - from: { serviceAccount: access-client/reader }",
            "    users:",
            "      issuer: corp",
            "      claims:",
            "        sub: [ ada ]",
            "        groups: [ eng ]",
            "",
          ].join("\n"),
        },
      });
    });

    it("looks at who issued the token, and for whom", () => {
      expect(asked("partners", editor).answer).toBe("forbidden");
      const partner = { iss: "https://login.example.net", sub: "ada" };
      expect(asked("partners", partner).answer).toBe("allowed");
      expect(asked("partners", { ...partner, aud: ["x", "egress"] }).answer).toBe("allowed");
      const others = asked("partners", { ...partner, aud: "shop" });
      expect(others).toMatchObject({ answer: "forbidden", advice: { fix: "ask with one of these as aud" } });
      const stranger = asked("partners", { ...partner, iss: "https://login.example.org" });
      expect(stranger).toMatchObject({
        answer: "unauthorized",
        advice: { fix: expect.stringMatching(/issuers:/) },
      });
    });

    it("asks whose token it is where several may be meant, and takes none without a user", () => {
      const several = explain("lab/access-users", ...partners, "--claims", '{"sub":"ada"}');
      expect([several.stdout, several.exit]).toEqual(["", 1]);
      expect(several.stderr).toMatch(
        /"iss": "https:\/\/login\.example\.com" or "https:\/\/login\.example\.net"/,
      );
      for (const text of ["ada", '"ada"', "[]", '{"groups":["eng"]}', '{"sub":1}'])
        expect(() => parseClaims(text)).toThrow();
    });

    it("is told by the user's name", () => {
      const { stdout } = explain("lab/access-users", ...partners, "--claims", JSON.stringify(editor));
      expect(stdout).toMatch(/^access-client\/reader \(ada\) http:/);
    });
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

  it("has a port, or what is said is which there are", () => {
    expect(() => parseTarget("a.example")).toThrow(/^It names no port\. .*\(1 to 65535\)/);
    expect(() => parseTarget("a.example:0")).toThrow(/^0 is no port\. .*\(1 to 65535\)/);
    expect(() => parseTarget("a.example:65536")).toThrow(/\(1 to 65535\)/);
  });

  it("comes from an account, with headers", () => {
    expect(parseCaller("news/politics")).toEqual({ namespace: "news", account: "politics" });
    expect(() => parseCaller("news/politics/x")).toThrow();
    expect(parseHeader("B: 2", parseHeader("X-Team: a:b"))).toEqual({ "x-team": ["a:b"], b: ["2"] });
    expect(parseHeader("X-team: b", parseHeader("x-team: a"))).toEqual({ "x-team": ["a", "b"] });
  });
});
