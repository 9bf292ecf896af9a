import { describe, expect, it } from "vitest";
import { formatProblem } from "../../model/index.ts";
import { loadTexts } from "./memory-files.ts";

/** The wildcard is on line 7, the host under it on line 8. */
const environment = (wildcard: string, host: string, name = "a.example.com") =>
  `environment: dev
gateways:
  - { name: egress, namespace: egress }
  - { name: other, namespace: other }
authorizers: [{ name: iam, service: authz.iam.svc.cluster.local, port: 9000, protocol: grpc, timeout: 1s }]
hosts:
  - { host: "*.example.com", tls: none, ${wildcard} }
  - { host: ${name}, tls: none, ${host} }
`;
const at = (gateway: string, rules: string) => `gateway: ${gateway}, ${rules}`;
const here = (rules: string) => at("egress", rules);
const NEWS = "allow: [{ from: { namespace: news } }]";
const BOUNDED = "allow: [{ from: { namespace: news }, paths: [/health, /sport] }]";
const NAMED = "allow: [{ from: { namespace: news }, paths: [/health, /secret] }]";
const DENIED = "deny: [{ paths: [/secret] }]";

/** What is found of one file: problems, then warnings, each on one line, without columns and values. */
function found(text: string) {
  const { problems, warnings } = loadTexts({ "env.yaml": text });
  const lines = (list: typeof problems) =>
    list.map(({ value: _, ...rest }) =>
      formatProblem(rest)
        .replaceAll(/env\.yaml:(\d+):\d+/g, "line $1")
        .replace("\n  why: ", " | ")
        .replace("\n  fix: ", " | "),
    );
  return { problems: lines(problems), warnings: lines(warnings) };
}

type Case = readonly [what: string, before: string, expected: string, ...mended: string[]];

const REFUSED: readonly Case[] = [
  [
    "a denial by path that slips past by what the wildcard allows",
    environment(here(NEWS), here(`${BOUNDED}, ${DENIED}`)),
    "line 8 hosts[1].deny[0].paths | a.example.com may take /SECRET or /secret;x for the same, which this does not refuse, and the rule at line 7 allows for all of *.example.com | let the rules that allow, that one too, name the paths that may be called: one that is not among them needs no denial",
    environment(here(BOUNDED), here("allow: []")),
    environment(here(NAMED), here(DENIED)),
  ],
  [
    "one of the wildcard that slips past by what the host allows",
    environment(here(`${BOUNDED}, ${DENIED}`), here(NEWS)),
    "line 8 hosts[1].allow[0].paths | a.example.com may take /SECRET or /secret;x for /secret, which the rule at line 7 refuses for all of *.example.com, and this allows | name the paths that may be called (paths:), not /secret",
    environment(here(`${NAMED}, ${DENIED}`), here("allow: [{ from: { namespace: news }, paths: [/a] }]")),
  ],
  [
    "paths that are not found at the wildcard alone",
    environment(here(`${BOUNDED}, refuse: not-found`), here("allow: [{ from: { namespace: shop } }]")),
    "line 7 hosts[0].refuse | routes answer 404, and a.example.com has those of one declaration: beside a.example.com:80 at line 8 what the two allow would not add up | write refuse: forbidden for both, or refuse: not-found and the same allow for both",
    environment(here(BOUNDED), here("allow: [{ from: { namespace: shop } }]")),
    environment(here(`${BOUNDED}, refuse: not-found`), here(`${BOUNDED}, refuse: not-found`)),
  ],
  [
    "paths that are not found at the host alone",
    environment(
      here("allow: [{ from: { namespace: shop }, paths: [/a] }]"),
      here(`${BOUNDED}, refuse: not-found`),
    ),
    "line 8 hosts[1].refuse | routes answer 404, and a.example.com has those of one declaration: beside *.example.com:80 at line 7 what the two allow would not add up | write refuse: forbidden for both, or refuse: not-found and the same allow for both",
    environment(here("allow: [{ from: { namespace: shop }, paths: [/a] }]"), here(BOUNDED)),
    environment(here(`${BOUNDED}, refuse: not-found`), here(`${BOUNDED}, refuse: not-found`)),
  ],
  [
    "paths that are not found at both, by other rules",
    environment(
      here("allow: [{ from: { namespace: shop }, paths: [/a] }], refuse: not-found"),
      here(`${BOUNDED}, refuse: not-found`),
    ),
    "line 8 hosts[1].refuse | routes answer 404, and a.example.com has those of one declaration: beside *.example.com:80 at line 7 what the two allow would not add up | write refuse: forbidden for both, or refuse: not-found and the same allow for both",
    environment(here("allow: [{ from: { namespace: shop }, paths: [/a] }]"), here(BOUNDED)),
  ],
  [
    "a host without callers of its own that would answer not found as the wildcard does not",
    environment(here(BOUNDED), here("refuse: not-found")),
    "line 8 hosts[1].refuse | routes answer 404, and a.example.com has those of one declaration: beside *.example.com:80 at line 7 what the two allow would not add up | write refuse: forbidden for both, or refuse: not-found and the same allow for both",
    environment(here(BOUNDED), here("refuse: forbidden")),
    environment(here(`${BOUNDED}, refuse: not-found`), here(`${BOUNDED}, refuse: not-found`)),
  ],
  [
    "a denial that the wildcard's gateway does not ask",
    environment(here(NEWS), at("other", "deny: [{ from: { serviceAccount: news/one } }]")),
    "line 8 hosts[1].deny | *.example.com:80 at line 7 is behind the gateway egress, which does not ask the denial at line 8 and lets in whom it is for | put the two behind one gateway, or write the denial at *.example.com too",
    environment(here(NEWS), here("deny: [{ from: { serviceAccount: news/one } }]")),
    environment(
      here(`${NEWS}, deny: [{ from: { serviceAccount: news/one } }]`),
      at("other", "deny: [{ from: { serviceAccount: news/one } }]"),
    ),
  ],
  [
    "a denial of the wildcard that the host's gateway does not ask",
    environment(
      here(
        "allow: [{ from: { serviceAccount: news/two } }], deny: [{ from: { serviceAccount: news/two }, methods: [POST] }]",
      ),
      at("other", NEWS),
    ),
    "line 7 hosts[0].deny | a.example.com:80 at line 8 is behind the gateway other, which does not ask the denial at line 7 and lets in whom it is for | put the two behind one gateway, or write the denial at a.example.com too",
    environment(
      here(
        "allow: [{ from: { serviceAccount: news/two } }], deny: [{ from: { serviceAccount: news/two }, methods: [POST] }]",
      ),
      here(NEWS),
    ),
  ],
  [
    "an authorizer that the wildcard's gateway does not ask",
    environment(here(NEWS), at("other", `${NEWS}, authorizer: iam`)),
    "line 8 hosts[1].authorizer | *.example.com:80 at line 7 is behind the gateway egress, which does not ask it | put the two behind one gateway, or name it at *.example.com too",
    environment(here(NEWS), here(`${NEWS}, authorizer: iam`)),
    environment(here(`${NEWS}, authorizer: iam`), at("other", `${NEWS}, authorizer: iam`)),
  ],
];

const WARNED: readonly Case[] = [
  [
    "a rule that the wildcard's covers",
    environment(here(NEWS), here("allow: [{ from: { serviceAccount: news/one }, methods: [GET] }]")),
    "line 8 hosts[1].allow[0] | it limits nobody: the rule at line 7, for all of *.example.com, allows all of this and more | remove it, and deny what is not to be had here, or take that rule from *.example.com and give it to the names that need it",
    environment(here(NEWS), here("allow: []")),
    environment(here(NEWS), here("deny: [{ methods: [POST, PUT] }]")),
    environment(here(NEWS), here("allow: [{ from: { serviceAccount: news/one }, methods: [GET] }]")).replace(
      "*.example.com",
      "b.example.com",
    ),
  ],
  [
    "a rule that the wildcard's covers behind another gateway",
    environment(here(NEWS), at("other", BOUNDED)),
    "line 8 hosts[1].allow[0] | it limits nobody who gets round its sidecar: the rule at line 7, for all of *.example.com behind the gateway egress, allows all of this and more | take that rule from *.example.com and give it to the names that need it",
    environment(here(NEWS), at("other", BOUNDED)).replace("*.example.com", "b.example.com"),
  ],
  [
    "a rule that limits some callers no more",
    environment(
      here("allow: [{ from: { serviceAccount: news/one } }]"),
      here("allow: [{ from: { namespace: news }, paths: [/a] }]"),
    ),
    "line 8 hosts[1].allow[0] | it does not limit news/one: the rule at line 7, for all of *.example.com, allows more | leave news/one out here, or take that rule from *.example.com and give it to the names that need it",
    environment(
      here("allow: [{ from: { serviceAccount: news/one } }]"),
      here("allow: [{ from: { namespace: news }, except: [{ serviceAccount: news/one }], paths: [/a] }]"),
    ),
  ],
  [
    "one caller of two of whom the wildcard lets in the whole namespace",
    environment(
      here(NEWS),
      here("allow: [{ from: [{ serviceAccount: news/one }, { serviceAccount: shop/two }] }]"),
    ),
    "line 8 hosts[1].allow[0] | it does not limit news/one: the rule at line 7, for all of *.example.com, allows more | leave news/one out here, or take that rule from *.example.com and give it to the names that need it",
    environment(here(NEWS), here("allow: [{ from: [{ serviceAccount: shop/two }] }]")),
  ],
  [
    "a rule that the wildcard's denial refuses",
    environment(
      here(`${NEWS}, deny: [{ methods: [POST] }]`),
      here("allow: [{ from: { namespace: shop }, methods: [POST] }]"),
    ),
    "line 8 hosts[1].allow[0] | it lets nothing through: the rule at line 7, for all of *.example.com, refuses all of it | remove it, or make it differ",
    environment(here(`${NEWS}, deny: [{ methods: [POST] }]`), here("allow: []")),
  ],
  [
    "an exemption from what the wildcard denies all the same",
    environment(
      here(`${NEWS}, deny: [{ methods: [POST] }]`),
      here("deny: [{ methods: [POST], except: [{ serviceAccount: news/one, until: 2099-12-31 }] }]"),
    ),
    "line 8 hosts[1].deny[0] | it changes nothing: the rule at line 7, for all of *.example.com, covers it | remove it, or make it differ",
    environment(here(`${NEWS}, deny: [{ methods: [POST] }]`), here("allow: []")),
  ],
  [
    "a denial on trial that would slip past by what the wildcard allows",
    environment(
      here(NEWS),
      here(
        `${BOUNDED.replace("news", "shop")}, deny: [{ paths: [/secret], mode: audit, until: 2099-12-31 }]`,
      ),
    ),
    "line 8 hosts[1].deny[0].paths | from 2100-01-01 on: a.example.com may take /SECRET or /secret;x for the same, which this does not refuse, and the rule at line 7 allows for all of *.example.com | let the rules that allow, that one too, name the paths that may be called: one that is not among them needs no denial",
    environment(here(NAMED), here("deny: [{ paths: [/secret], mode: audit, until: 2099-12-31 }]")),
  ],
];

describe("a wildcard and a host under it of one team", () => {
  it.each(REFUSED)(
    "can't be declared together with %s, until that is mended",
    (_, before, expected, ...mended) => {
      expect(found(before).problems).toEqual([expected]);
      for (const after of mended) expect(found(after)).toEqual({ problems: [], warnings: [] });
    },
  );

  it.each(WARNED)("are better not declared with %s", (_, before, expected, ...mended) => {
    expect(found(before)).toEqual({ problems: [], warnings: [expected] });
    for (const after of mended) expect(found(after)).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    ["other callers", here(NEWS), here("allow: [{ from: { namespace: shop }, paths: [/a] }]")],
    ["the same rule", here(NEWS), here(NEWS)],
    ["a wider rule", here(BOUNDED), here(NEWS)],
    ["other paths", here(BOUNDED), here("allow: [{ from: { namespace: news }, paths: [/a] }]")],
    ["a denial", here(NEWS), here("deny: [{ from: { serviceAccount: news/one } }]")],
    [
      "a denial, both behind other gateways, of others",
      here(NEWS),
      at("other", "allow: [{ from: { namespace: shop } }], deny: [{ from: { serviceAccount: shop/one } }]"),
    ],
    [
      "a denial beside paths that are not found",
      here(`${BOUNDED}, refuse: not-found`),
      here("deny: [{ from: { serviceAccount: news/one } }]"),
    ],
    [
      "paths that are not found beside a wildcard's denial",
      here("deny: [{ from: { serviceAccount: news/one } }]"),
      here(`${BOUNDED}, refuse: not-found`),
    ],
  ])("may be declared with %s", (_, wildcard, host) => {
    expect(found(environment(wildcard, host))).toEqual({ problems: [], warnings: [] });
  });

  it("a rule of a file's head is told of once, whatever hosts it holds for", () => {
    const rules = `${DENIED}\n`;
    const text = `${rules}${environment(here(NEWS), here(NEWS))}`;
    expect(found(text).problems).toEqual([
      expect.stringMatching(/^line 1 deny\[0\]\.paths \| \*\.example\.com/),
    ]);
  });
});
