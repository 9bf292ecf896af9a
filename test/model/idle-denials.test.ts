import { describe, expect, it } from "vitest";
import { environment, found, http } from "./rule-problems.ts";

describe("a denial that can never refuse", () => {
  const of = (allow: string, deny: string, more = "") =>
    found(environment(http(`allow: [${allow}], deny: [{ ${deny} }]${more}`)));
  const NEWS = "from: { namespace: news }";
  const idle = (key: string) =>
    new RegExp(
      String.raw`^5:\d+ hosts\[0\]\.deny\[0\]\.${key}: it can never refuse: nothing allows whom it is for these ${key} of a\.example:80 → correct these ${key}, or remove the rule$`,
    );

  it.each([
    ["of other paths", `{ ${NEWS}, paths: [/a, /b] }`, "paths: [/c, /A]", "paths"],
    ["of a prefix beside others", `{ ${NEWS}, paths: [/a/*] }`, 'paths: [/b/*, "/b/{*}/c"]', "paths"],
    ["of an ending beside others", `{ ${NEWS}, paths: [/a.xml] }`, 'paths: ["*.html"]', "paths"],
    ["of other methods", `{ ${NEWS}, methods: [GET] }`, "methods: [PUT]", "methods"],
    [
      "of paths with other methods",
      `{ ${NEWS}, paths: [/a], methods: [GET] }`,
      "paths: [/a], methods: [PUT]",
      "paths",
    ],
    [
      "of what others may call",
      `{ ${NEWS}, paths: [/a] }, { from: { namespace: shop }, paths: [/b] }`,
      `${NEWS}, paths: [/b]`,
      "paths",
    ],
    ["of a host that nobody may call", "", "paths: [/a]", "paths"],
    ["on trial", `{ ${NEWS}, paths: [/a] }`, "paths: [/b], mode: audit, until: 2099-12-31", "paths"],
  ])("is warned of: %s", (_, allow, deny, key) => {
    expect(of(allow, deny)).toMatchObject({ problems: [], warnings: [expect.stringMatching(idle(key))] });
  });

  it.each([
    ["one of whose paths is allowed", `{ ${NEWS}, paths: [/a, /b] }`, "paths: [/c, /a]", ""],
    ["whose path a template may match", `{ ${NEWS}, paths: [/a/b/c] }`, 'paths: ["/a/{*}/c"]', ""],
    ["of a prefix and an ending", `{ ${NEWS}, paths: [/a.json, /b] }`, 'paths: ["*.json"]', ""],
    [
      "whose exemption ends",
      `{ from: { serviceAccount: news/one }, paths: [/a] }`,
      "paths: [/a], except: [{ serviceAccount: news/one, until: 2099-12-31 }]",
      "",
    ],
    ["where other paths are not found", `{ ${NEWS}, paths: [/a] }`, "paths: [/b]", ", refuse: not-found"],
  ])("is not one %s", (_, allow, deny, more) => {
    expect(of(allow, deny, more)).toMatchObject({ problems: [], warnings: [] });
  });

  it("is one at the head of a file, where it is so at every host", () => {
    const head = "deny: [{ paths: [/b] }]\n";
    const hosts = (...paths: readonly string[]) =>
      paths.map(
        (path, index) => `{ host: ${index}.example, tls: none, allow: [{ ${NEWS}, paths: [${path}] }] }`,
      );
    const warned = (...paths: readonly string[]) =>
      found(environment(hosts(...paths).join("\n  - "), head)).warnings;
    expect(warned("/a", "/c")).toEqual([
      expect.stringMatching(/^4:\d+ deny\[0\]\.paths: .* of any host that this holds for →/),
    ]);
    expect(warned("/a", "/b, /c")).toEqual([]);
  });

  it("is none where a wildcard over the host, or a name under it, allows what it denies", () => {
    const both = (wildcard: string, name: string) =>
      found(
        environment(
          `{ host: "*.a.example", tls: none, ${wildcard} }\n  - { host: x.a.example, tls: none, ${name} }`,
        ),
      ).warnings;
    const [allow, deny] = [`allow: [{ ${NEWS}, paths: [/a] }]`, "deny: [{ paths: [/a] }]"];
    expect([both(`${allow}`, deny), both(deny, `${allow.replace("/a", "/a, /b")}`)]).toEqual([[], []]);
    expect(both(allow, deny.replace("/a", "/b"))).toHaveLength(1);
  });
});
