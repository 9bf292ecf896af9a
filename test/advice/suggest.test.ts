import { describe, expect, it } from "vitest";
import { probeOf } from "../../advice/call.ts";
import { type Impossible, type Suggestion, suggest } from "../../advice/suggest.ts";
import { listOf, withEntry } from "../../advice/with-entry.ts";
import { parseCaller, parseTarget, schemeOf } from "../../cli/input/call.ts";
import { loadEnvironment } from "../../model/index.ts";
import { labHostPath } from "../lab-host-path.ts";
import { filesOf, loadTexts, NOW } from "../model/memory-files.ts";

function advise(stack: string, from: string, to: string, method?: string): Suggestion | Impossible {
  const file = `stacks/${stack}.yaml`;
  const { environment, ...loaded } = loadEnvironment(file);
  if (environment === undefined) throw new Error(`${file} has problems`);
  const target = parseTarget(to);
  const call = {
    ...parseCaller(from),
    ...target,
    scheme: schemeOf(target, environment),
    ...(method === undefined ? {} : { method }),
    headers: {},
  };
  return suggest({ file, declaration: { ...loaded, environment } }, call);
}

describe("what is suggested", () => {
  it("asks for no more than the request that was asked about", () => {
    expect(
      advise("lab/access", "access-client/other", "http://echo.example.com/health", "GET"),
    ).toMatchObject({
      yaml: "allow:\n  - from: { serviceAccount: access-client/other }\n    paths: [ /health ]\n    methods: [ GET ]\n",
    });
  });

  it("is a new entry for a host that nobody declared, beside the one of its other port", () => {
    expect(advise("dev", "news/a", "http://new.example.com")).toMatchObject({
      file: "stacks/dev.yaml",
      path: "hosts",
      yaml: "hosts:\n  - host: new.example.com\n    tls: originate\n    allow:\n      - from: { serviceAccount: news/a }\n",
    });
    expect(advise("dev", "payments/a", "http://api.stripe.com")).toMatchObject({
      file: "stacks/catalog/payments.yaml",
      path: "hosts",
    });
  });

  it("names the gateway where there are several", () => {
    expect(advise("lab/hosts", "hosts-client/a", "http://new.example.com:8080")).toMatchObject({
      yaml: expect.stringMatching(/tls: none\n +port: 8080\n +gateway: hosts\n/),
    });
  });

  it("opens one name of a wildcard where it can, and says so where it can't", () => {
    expect(advise("lab/001", "other/a", "de.wikipedia.org:443")).toMatchObject({
      path: "hosts",
      yaml: expect.stringContaining("host: de.wikipedia.org\n"),
    });
    expect(advise("lab/hosts", "hosts-client/other", "de.wikipedia.org:443")).toMatchObject({
      path: labHostPath("*.wikipedia.org"),
      also: "It opens every other host under wikipedia.org too.",
    });
  });

  it("says whom rules at the head of the file let in beside", () => {
    const texts = {
      "env.yaml":
        "environment: dev\ngateways:\n  - { name: egress, namespace: egress }\nallow: [{ from: { namespace: ops } }]\n",
    };
    const { environment, ...loaded } = loadTexts(texts);
    if (environment === undefined) throw new Error("the file has problems");
    const call = {
      namespace: "news",
      account: "a",
      host: "a.example",
      port: 80,
      scheme: "http",
      headers: {},
    } as const;
    const declaration = { ...loaded, environment };
    expect(suggest({ file: "env.yaml", declaration, files: filesOf(texts), now: NOW }, call)).toMatchObject({
      also: "Rules at the head of a file let others call it too: ops/*.",
    });
    expect(probeOf(call, environment.mesh).principal).toBe("cluster.local/ns/news/sa/a");
  });

  it("is one more path where paths are not found, which is for all whom the rule is for", () => {
    const own = "{ from: { namespace: news }, except: [{ serviceAccount: news/b }], paths: [/a] }";
    const texts = {
      "env.yaml": `environment: dev\ngateways:\n  - { name: egress, namespace: egress }\nhosts:\n  - { host: a.example, tls: none, refuse: not-found, allow: [${own}] }\n`,
    };
    const { environment, ...loaded } = loadTexts(texts);
    if (environment === undefined) throw new Error("the file has problems");
    const tried = {
      file: "env.yaml",
      declaration: { ...loaded, environment },
      files: filesOf(texts),
      now: NOW,
    };
    const call = {
      namespace: "news",
      host: "a.example",
      port: 80,
      scheme: "http",
      path: "/b",
      headers: {},
    } as const;
    expect(suggest(tried, { ...call, account: "a" })).toMatchObject({
      path: "hosts[0].allow[0].paths",
      yaml: "paths: [ /b ]\n",
      also: "It opens it to all whom that rule is for: news/*.",
    });
    expect(suggest(tried, { ...call, account: "b" })).toMatchObject({ why: expect.stringContaining("404") });
  });

  it.each([
    [
      "dev",
      "news/a",
      "tcp://db.example.com:5432",
      /no gateway has a port 5432/,
      /\{ port: 5432, protocol: tcp \}/,
    ],
    [
      "dev",
      "news/a",
      "https://edition.cnn.com:80",
      /speaks http on port 80, and this is tls/,
      /another port/,
    ],
    ["lab/hosts", "hosts-client/a", "tcp://192.0.2.7:5432", /a host has a name/, /addresses/],
    [
      "dev",
      "egress/a",
      "http://edition.cnn.com",
      /a gateway's namespace holds the gateway alone/,
      /another namespace/,
    ],
    ["dev", "news/a", "http://new.example.com/a*", /is a pattern in a rule/, /a plain path/],
    [
      "lab/001-all-but-english",
      "default/a",
      "en.wikipedia.org:443",
      /denies it/,
      /except:.* at stacks\/lab\/001-all-but-english\.yaml:19:9/,
    ],
  ])("is nothing where nothing helps: %s %s %s", (stack, from, to, why, fix) => {
    expect(advise(stack, from, to)).toEqual({
      why: expect.stringMatching(why),
      fix: expect.stringMatching(fix),
    });
  });
});

describe("a text with an entry more", () => {
  const entry = { from: { serviceAccount: "news/a" }, paths: ["/a"] };

  it("keeps its comments and its style", () => {
    expect(
      withEntry("# ours\nhosts:\n  - host: a # the first\n    allow: []\n", ["hosts", 0, "allow"], "x"),
    ).toBe("# ours\nhosts:\n  - host: a # the first\n    allow: [ x ]\n");
  });

  it("has the list where it had none", () => {
    expect(withEntry("environment: dev\n", ["hosts"], { host: "a", allow: [entry] })).toBe(
      "environment: dev\nhosts:\n  - host: a\n    allow:\n      - from: { serviceAccount: news/a }\n        paths: [ /a ]\n",
    );
  });

  it("is shown as its list alone", () => {
    expect(listOf("allow", entry)).toBe("allow:\n  - from: { serviceAccount: news/a }\n    paths: [ /a ]\n");
  });
});
