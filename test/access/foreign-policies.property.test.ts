import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluator } from "../../access/evaluate/evaluate.ts";
import { matrixOf } from "../../access/matrix/matrix.ts";
import { rowLets } from "../../access/matrix/row-lets.ts";
import type { Json } from "../../plan/manifest.ts";
import { gateway, istio, policy } from "./manifests.ts";

const HOSTS = ["one.example.com", "two.example.com"];
const some = (...values: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
/** Each field asked for, left out, or not named. */
const fields = (shape: Readonly<Record<string, readonly string[]>>) =>
  fc.record(Object.fromEntries(Object.entries(shape).map(([name, values]) => [name, some(...values)])), {
    requiredKeys: [],
  });

const CALLERS = ["cluster.local/ns/news/*", "*/sa/reader", "cluster.local/ns/news/sa/editor"];
const PATHS = ["/public/*", "*.json", "/public/secret*", "/public/{*}/x", "/a"];
const METHODS = ["GET", "P*", "*T"];
const AUTHORITIES = ["one.example.com", "*.example.com", "two.*"];
const USERS = ["sso/ann", "sso/*", "*/bob"];

const source = fields({
  principals: CALLERS,
  notPrincipals: CALLERS,
  notNamespaces: ["news", "sport"],
  requestPrincipals: USERS,
  notRequestPrincipals: USERS,
});
const operation = fields({
  hosts: AUTHORITIES,
  notHosts: AUTHORITIES,
  paths: PATHS,
  notPaths: PATHS,
  methods: METHODS,
  notMethods: METHODS,
  notPorts: ["10080", "8080"],
});
const when = fc
  .constantFrom("request.headers[X-Team]", "request.auth.claims[group]")
  .chain((key) =>
    fields({ values: ["a", "b*"], notValues: ["ab", "*b"] }).map((asked) => ({ key, ...asked })),
  );
const rule = fc.record(
  {
    from: source.map((one) => [{ source: one }]),
    to: operation.map((one) => [{ operation: one }]),
    when: when.map((one) => [one]),
  },
  { requiredKeys: [] },
);
const rules = fc
  .array(rule, { minLength: 1, maxLength: 2 })
  .map((list): Json => JSON.parse(JSON.stringify(list)));

const TOKENS = [
  {},
  { iss: "sso", sub: "ann" },
  { iss: "sso", sub: "bob", group: "a" },
  { iss: "sso", sub: "eve", group: "bab" },
];
const CALLS = HOSTS.flatMap((host) =>
  ["news/sa/reader", "news/sa/editor", "sport/sa/reader"].flatMap((caller) =>
    ["GET", "POST", "PUT"].flatMap((method) =>
      ["/a", "/public/a", "/public/a.json", "/public/secret", "/public/secret/x", "/b.json"].flatMap((path) =>
        [{}, { "x-team": "a" }, { "x-team": "bab" }].flatMap((headers) =>
          TOKENS.map((claims: Readonly<Record<string, string>>) => ({
            ...{ principal: `cluster.local/ns/${caller}`, host, method, path, headers, claims },
          })),
        ),
      ),
    ),
  ),
);

it("says of every call what the evaluator answers, whatever policies others wrote", {
  timeout: 300_000,
}, () => {
  fc.assert(
    fc.property(rules, rules, (allowing, denying) => {
      const manifests = [
        ...gateway(HOSTS),
        istio("RequestAuthentication", "tokens", { jwtRules: [{ issuer: "sso" }] }),
        policy("ALLOW", allowing),
        policy("DENY", denying),
      ];
      const rows = matrixOf(manifests);
      const { atGateway } = evaluator(manifests);
      for (const port of [80, 8080]) {
        const own = rows.filter((row) => row.port === port);
        for (const call of CALLS) {
          const { principal, host: authority, method, path, headers, claims } = call;
          const token = Object.keys(claims).length === 0 ? {} : { claims };
          const asked = { principal, port, sni: "", authority, method, path, headers, ...token };
          const { answer } = atGateway("egress.egress.svc.cluster.local", asked);
          expect(
            own.some((row) => rowLets(row, call)),
            `${JSON.stringify(call)} on ${port}: ${answer}`,
          ).toBe(answer === "allowed");
        }
      }
    }),
    {
      numRuns: 200,
      examples: [
        // The one that is asked first is left out.
        [
          [{}],
          [
            {
              from: [
                { source: { requestPrincipals: ["sso/ann", "sso/*"], notRequestPrincipals: ["sso/ann"] } },
              ],
            },
          ],
        ],
        // What is of the other port is not what refuses here.
        [
          [{ when: [{ key: "request.headers[X-Team]" }] }],
          [
            { when: [{ key: "request.auth.claims[group]", notValues: ["*b", "ab"] }] },
            { to: [{ operation: { notPorts: ["10080"] } }] },
          ],
        ],
      ],
    },
  );
});
