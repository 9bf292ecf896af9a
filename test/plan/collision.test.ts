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
