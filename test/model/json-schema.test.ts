import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonSchema } from "../../model/index.ts";

const validators = {
  environment: new Ajv().compile(jsonSchema("environment")),
  catalog: new Ajv().compile(jsonSchema("catalog")),
};

describe("the JSON Schema", () => {
  it.each([
    ["environment", "stacks/dev.yaml"],
    ["environment", "stacks/staging.yaml"],
    ["environment", "stacks/prod.yaml"],
    ["environment", "stacks/lab/004.yaml"],
    ["catalog", "stacks/catalog/news.yaml"],
    ["catalog", "stacks/catalog/payments.yaml"],
  ] as const)("of an %s takes %s", (kind, file) => {
    const validate = validators[kind];
    expect(validate(parse(readFileSync(file, "utf8"))), JSON.stringify(validate.errors)).toBe(true);
  });

  const entry = (text: string) => ["catalog", `owner: news\nhosts: [${text}]`] as const;
  it.each([
    ["environment", "environment: dev"],
    ["environment", "environment: dev\ngateways: [{ name: e, namespace: e, mutualTLS: off }]"],
    ["environment", "environment: dev\ngateways: [{ name: e, namespace: e }]\nlockdwn: []"],
    ["environment", "environment: dev\ngateways: [{ name: e, namespace: e }]\nnodes: { provider: other }"],
    entry("{ host: a.example, tls: starttls }"),
    entry("{ host: a.example, tls: none, port: 70000 }"),
    entry("{ host: a.example, tls: none, allow: [{ from: { namespace: a, serviceAccount: b/c } }] }"),
    entry("{ host: a.example, tls: originate, insecureSkipVerify: false }"),
    entry("{ host: a.example, tls: originate, caCert: ca }"),
    entry("{ host: a.example, tls: tcp, port: 5432, addresses: [] }"),
    entry("{ host: a.example, tls: none, retries: {} }"),
    entry("{ host: a.example, tls: none, retries: { attempts: 11 } }"),
    entry("{ host: a.example, tls: none, limits: { connections: 0 } }"),
    entry("{ host: a.example, tls: none, outlierDetection: { ejections: 1m } }"),
    entry("{ host: a.example, tls: none, rateLimit: { requests: 5, per: day } }"),
  ] as const)("of an %s refuses %s", (kind, text) => {
    expect(validators[kind](parse(text))).toBe(false);
  });

  it.each([
    "{ host: a.example, tls: originate, caSecret: ca, upstreamPort: 8443, timeout: 15s, retries: { attempts: 0 } }",
    "{ host: a.example, tls: mutual, clientSecret: one, insecureSkipVerify: true, outlierDetection: {} }",
    '{ host: "*.example.com", tls: passthrough, server: www.example.com }',
    "{ host: a.example, tls: tcp, port: 5432, addresses: [198.51.100.0/24] }",
    "{ host: a.example, tls: none, limits: { requests: 5 }, rateLimit: { requests: 5, per: hour } }",
  ])("takes %s", (text) => {
    const [kind, catalog] = entry(text);
    expect(validators[kind](parse(catalog)), JSON.stringify(validators[kind].errors)).toBe(true);
  });

  it("describes what an editor shows beside a key", () => {
    expect(JSON.stringify(jsonSchema("environment"))).toContain("A host outside the cluster, such as");
  });
});
