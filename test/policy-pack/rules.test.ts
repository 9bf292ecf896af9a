import { describe, expect, it } from "vitest";
import { readObjects } from "../../access/manifests/read.ts";
import { knownForm } from "../../policy-pack/known-form.ts";
import { RULES } from "../../policy-pack/rules.ts";
import { scopedExport } from "../../policy-pack/scoped-export.ts";
import { STACKS } from "../stacks.ts";
import { broken, manifestsOf, written } from "./manifests.ts";

describe("every rule", () => {
  it.each(STACKS.filter((file) => file !== "stacks/lab/hosts.yaml"))("holds in %s", (file) => {
    for (const rule of RULES) expect(broken(rule, manifestsOf(file))).toEqual([]);
  });

  it("holds in stacks/lab/hosts.yaml but for the one host that is declared without verification", () => {
    const manifests = manifestsOf("stacks/lab/hosts.yaml");
    const found = RULES.flatMap((rule) => broken(rule, manifests).map((one) => `${rule.name} ${one}`));
    expect(found).toEqual([
      expect.stringMatching(
        /^verified-origination DestinationRule\/hosts-egress\/\S+ spec\S+\.insecureSkipVerify$/,
      ),
    ]);
  });

  it("has a name and a description of its own", () => {
    expect(new Set(RULES.flatMap(({ name, description }) => [name, description])).size).toBe(
      2 * RULES.length,
    );
  });
});

describe(knownForm.name, () => {
  it.each([
    ["a text for a list", "{ hosts: api.example.com }", "spec.hosts"],
    ["nothing behind a key", "{ hosts: [api.example.com], exportTo: }", "spec.exportTo"],
  ])("refuses %s, which another rule would not see", (_, spec, at) => {
    const text = `kind: networking.istio.io/v1/ServiceEntry\nspec: ${spec}`;
    const manifests = written(text);
    expect(broken(scopedExport, manifests)).toEqual([]);
    const [violation] = knownForm.find(readObjects(manifests), {}, manifests);
    expect(violation).toMatchObject({ object: "ServiceEntry/news/one", why: expect.stringContaining(at) });
  });
});
