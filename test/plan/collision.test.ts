import { join } from "node:path";
import { expect, it } from "vitest";
import type { HostInput } from "../../model/complete.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { GATEWAY, sallyport } from "../cli/sallyport.ts";
import { folderOf } from "../folders.ts";
import { environment } from "./hosts.ts";

/** Two names whose digests are alike. */
const RIVALS = ["db431670.example.com", "db443519.example.com"] as const;

const database = (host: string, number: number): HostInput => ({
  host,
  tls: "tcp",
  port: 5432,
  addresses: [`203.0.113.${number}/32`],
  allow: [{ from: { namespace: "news" } }],
});

it("names both hosts whose objects would have one name", () => {
  const [one, other] = RIVALS.map((host, number) => environment([database(host, number)]));
  const hosts = [one, other].flatMap((some) => some?.hosts ?? []);
  expect(() => planEnvironment({ ...environment([]), hosts })).toThrow(
    /db431670\.example\.com:5432 of \S+ and db443519\.example\.com:5432 of \S+ would both be planned as egress-tcp-5432-/,
  );
  expect(planEnvironment(environment(["a.example.com", ...RIVALS.slice(1)].map(database)))).not.toEqual([]);
});

const NEWS = [{ from: { namespace: "news" } }];
const denied = (host: string, path: string): HostInput => ({
  host,
  tls: "none",
  allow: NEWS,
  deny: [{ from: { namespace: "shop" }, paths: [path] }],
});
const notFound = (host: string, path: string): HostInput => ({
  host,
  tls: "none",
  refuse: "not-found",
  allow: [{ from: { namespace: "news" }, paths: [path] }],
});

// Each second is found by trying some millions; beside another one all is planned.
it.each<readonly [string, readonly HostInput[], RegExp]>([
  [
    "the destinations of two hosts with clusters of their own",
    ["h1234471", "h2271748"].map((name) => ({
      host: `${name}.example.com`,
      tls: "originate",
      limits: { requests: 5 },
      allow: NEWS,
    })),
    /h2271748\.example\.com:80 of platform and h1234471\.example\.com:80 of platform .* the destination 9c41ea5036$/,
  ],
  [
    "the clusters of two client certificates",
    ["client-63431", "client-449900"].map((clientSecret, number) => ({
      host: `h${number}.example.com`,
      tls: "mutual",
      clientSecret,
      allow: NEWS,
    })),
    /h0\.example\.com:80 and h1\.example\.com:80 .* the destination https-83faaf84dc$/,
  ],
  [
    "the policies of two denials",
    [denied("a.example.com", "/p294947"), denied("b.example.com", "/p2673223")],
    /rules of a\.example\.com and of b\.example\.com .* egress-deny-31829a7e99$/,
  ],
  [
    "the routes that refuse for two lists of rules",
    [notFound("b.example.com", "/p1043908"), notFound("d.example.com", "/p2112023")],
    /the rules of b\.example\.com:80 of platform and of d\.example\.com:80 .* the refusal /,
  ],
])("refuses to take for one %s", (_, inputs, message) => {
  expect(() => planEnvironment(environment(inputs))).toThrow(message);
  for (const input of inputs) expect(planEnvironment(environment([input]))).not.toEqual([]);
});

it("refuses two denials of one host that would be one policy", () => {
  const deny = ["/p294947", "/p2673223"].map((path) => ({ from: { namespace: "shop" }, paths: [path] }));
  const host: HostInput = { host: "a.example.com", tls: "none", allow: NEWS, deny };
  expect(() => planEnvironment(environment([host]))).toThrow(
    /rules of a\.example\.com .* egress-deny-31829a7e99$/,
  );
});

it("is refused by check with the places of both", () => {
  const ports = "ports: [{ port: 5432, protocol: tcp }]";
  const head = GATEWAY.replace("namespace: egress }", `namespace: egress, ${ports} }`);
  const hosts = RIVALS.map((host, number) => `  - ${JSON.stringify(database(host, number))}\n`).join("");
  const folder = folderOf({ "env.yaml": `${head}owner: news\nhosts:\n${hosts}` });
  const { exit, stdout, stderr } = sallyport(["check", join(folder, "env.yaml")]);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr.replaceAll(`${folder}/`, "")).toMatch(
    /^env\.yaml:7:\d+ hosts\[1\]\.host = "db443519.*\n.*those of db431670\.example\.com at env\.yaml:6:\d+, .*\n {2}fix: give .*\n/,
  );
});
