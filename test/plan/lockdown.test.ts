import { expect, it } from "vitest";
import { completeGateway, completeLockdown, completeMesh, type LockdownInput } from "../../model/complete.ts";
import { planLockdown } from "../../plan/lockdown.ts";

/** The Sidecar of a namespace under lockdown, where it has one. */
function sidecarOf(reach: LockdownInput["reach"], outboundTrafficPolicy: "ALLOW_ANY" | "REGISTRY_ONLY") {
  const mesh = completeMesh({ outboundTrafficPolicy });
  const gateways = ["out", "egress"].map((namespace) =>
    completeGateway({ name: namespace, namespace }, mesh),
  );
  const [lockdown] = completeLockdown([{ namespace: "news", reach: reach ?? [] }], gateways, mesh);
  if (lockdown === undefined) throw new Error("a lockdown was given");
  const planned = planLockdown({ lockdown, mesh, gateways });
  return planned.find(({ manifest }) => manifest.kind === "Sidecar")?.manifest.spec;
}

const closed = { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } };

it("sidecars under lockdown import what they may reach, and no more", () => {
  const hosts = ["./*", "egress/*", "kube-system/*", "ledger/*", "out/*"];
  const reach = [5432, 8080].map((port) => ({ namespace: "ledger", ports: [port] }));
  expect(sidecarOf(reach, "ALLOW_ANY")).toEqual({ ...closed, egress: [{ hosts }] });
  expect(sidecarOf(reach, "REGISTRY_ONLY")).toEqual({ egress: [{ hosts }] });
});

it("import all where an address range is open, in which any service may lie", () => {
  const reach = [{ cidr: "10.0.0.0/8", ports: [5432] }];
  expect(sidecarOf(reach, "ALLOW_ANY")).toEqual(closed);
  expect(sidecarOf(reach, "REGISTRY_ONLY")).toBeUndefined();
});
