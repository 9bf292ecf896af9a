import { z } from "zod";
import { Cidr, DnsLabel, eachOnce, LabelKey, LabelValue, PortNumber } from "./scalars.ts";

const Ports = eachOnce(z.array(PortNumber).min(1)).describe("TCP ports of the destination's pods.");

/** An in-cluster destination that stays reachable: pods of a namespace, or an address range (the API server, a database). */
export const Reach = z
  .union([
    z.strictObject({
      namespace: DnsLabel,
      podLabels: z.record(LabelKey, LabelValue).optional(),
      ports: Ports,
    }),
    z.strictObject({ cidr: Cidr, ports: Ports }),
  ])
  .describe(
    "either { namespace: ledger, ports: [5432] }, with podLabels if wanted, or { cidr: 10.0.0.0/8, ports: [5432] }",
  );

/** A namespace whose pods may leave only through a gateway. */
export const Lockdown = z.strictObject({
  namespace: DnsLabel,
  reach: z
    .array(Reach)
    .default([])
    .describe("What else in the cluster its pods may call; nothing by default."),
});
