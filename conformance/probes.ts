import fc from "fast-check";
import type { Probe } from "../access/evaluate/evaluate.ts";
import type { Json } from "../plan/manifest.ts";
import { ACCOUNTS, ADDRESSES, NAMES, NAMESPACES, OTHER_PORT, TCP_PORT } from "./declarations.ts";
import { ISSUER, STRANGER } from "./tokens.ts";

const principal = fc
  .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom(...ACCOUNTS))
  .map(([namespace, account]) => `cluster.local/ns/${namespace}/sa/${account}`);
/** Of names that may be declared, and one that only a wildcard has. */
const host = fc.constantFrom(...NAMES, "any.wild.example.com");

const segments = fc
  .array(fc.constantFrom("sport", "scores", "health", "a.json", "b", "x"), { maxLength: 3 })
  .map((parts) => `/${parts.join("/")}`);
/** Other ways to write a path. */
const tricks = fc.constantFrom(
  "//",
  "//sport",
  "/sport//scores",
  "/./sport",
  "/sport/.",
  "/sport/..",
  "/x/../sport",
  "/../sport",
  "/%2e%2e/sport",
  "/x/%2E./sport",
  "/sport%2fscores",
  "/%73port",
  "/sp%6Frt/scores",
  "/sport%20x",
  "/SPORT",
  "/sport;x=1",
  "/x/..;/sport",
  "/sport/..;x/b",
  "/sport/.;/scores",
  "/sport/%2e%2e;/b",
  "/sport/..%3b/b",
  "/sport\\..;/b",
  "/sport/..%5cb",
  "/sport/",
  "/sport\\scores",
  "/sport/%zz",
  "/sport%2%66scores",
  "/sport/a*b",
  "/b.json?x=/sport",
  "/sport?x=.json",
  "/sport#scores",
);
const path = fc.oneof({ weight: 3, arbitrary: segments }, { weight: 1, arbitrary: tricks });
const headers = fc.constantFrom<NonNullable<Probe["headers"]>>(
  {},
  { "x-team": "news" },
  { "X-Team": "shop" },
  { "x-team": "NEWS" },
  { "x-team": ["shop", "news"] },
  { "x-team": "sport,news" },
);
/** Of users with tokens; one is of an issuer that nobody declared. */
const claims = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Readonly<Record<string, Json>>>(
      { iss: ISSUER, sub: "ann", groups: ["editors", "all"], team: "news" },
      { iss: ISSUER, sub: "bob", groups: "editors" },
      { iss: ISSUER, sub: "eve", groups: ["readers"], team: ["sports"] },
      { iss: STRANGER, sub: "ann", groups: ["editors"] },
    ),
  },
);

const http = fc
  .record({
    principal,
    host,
    port: fc.oneof(
      { weight: 6, arbitrary: fc.constant(80) },
      { weight: 4, arbitrary: fc.constant(OTHER_PORT) },
      { weight: 1, arbitrary: fc.constantFrom(443, 9999) },
    ),
    scheme: fc.constant("http" as const),
    form: fc.oneof(
      { weight: 5, arbitrary: fc.constant("as is" as const) },
      { weight: 1, arbitrary: fc.constantFrom("no port", "port", "another port", "capitals", "dot") },
    ),
    method: fc.constantFrom("GET", "GET", "GET", "POST", "PUT", "DELETE"),
    path,
    headers,
    claims,
  })
  .map(
    ({ form, claims, ...probe }): Probe => ({
      ...probe,
      ...(claims === undefined ? {} : { claims }),
      ...authorityOf(form, probe),
    }),
  );
const https = fc.record({
  principal,
  host,
  port: fc.oneof(
    { weight: 8, arbitrary: fc.constant(443) },
    { weight: 1, arbitrary: fc.constantFrom(80, 9999) },
  ),
  scheme: fc.constant("https" as const),
});
const tcp = fc.record({
  principal,
  host: fc.constantFrom(...ADDRESSES),
  port: fc.constant(TCP_PORT),
  scheme: fc.constant("tcp" as const),
});

/** Calls of the lab's pods. */
export const probe: fc.Arbitrary<Probe> = fc.oneof(
  { weight: 14, arbitrary: http },
  { weight: 5, arbitrary: https },
  { weight: 1, arbitrary: tcp },
);

function authorityOf(
  form: string,
  { host, port }: { readonly host: string; readonly port: number },
): { readonly authority?: string } {
  if (form === "no port") return { authority: host };
  if (form === "port") return { authority: `${host}:${port}` };
  if (form === "another port") return { authority: `${host}:22` };
  if (form === "capitals") return { authority: `${host.toUpperCase()}${port === 80 ? "" : `:${port}`}` };
  if (form === "dot") return { authority: `${host}.${port === 80 ? "" : `:${port}`}` };
  return {};
}
