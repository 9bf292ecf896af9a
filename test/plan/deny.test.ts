import { expect, test } from "vitest";
import { completeHosts, completeMesh, completeMonitoring } from "../../model/complete.ts";
import { planHosts } from "../../plan/hosts/hosts.ts";
import { gateway } from "./hosts.ts";

test("what a wildcard lets through is refused by the deny of a host under it that has no callers of its own", () => {
  const hosts = completeHosts(
    [
      { host: "*.example.com", tls: "passthrough", allow: [{ from: { namespace: "news" } }] },
      { host: "a.example.com", tls: "passthrough", deny: [{ from: { namespace: "news" } }] },
    ],
    gateway,
  );
  const denials = planHosts({
    gateway,
    mesh: completeMesh(undefined),
    monitoring: completeMonitoring(undefined),
    hosts,
  })
    .map(({ manifest }) => manifest.spec as { action?: string; rules?: { when?: object[] }[] } | undefined)
    .filter((spec) => spec?.action === "DENY");
  expect(denials.map((spec) => spec?.rules?.[0]?.when)).toEqual([
    [{ key: "connection.sni", values: ["a.example.com"] }],
  ]);
});
