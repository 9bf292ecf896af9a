import { z } from "zod";
import { ApiGroup, DnsLabel, Kind, LabelKey, LabelValue, NodeName } from "./scalars.ts";

const PoolName = DnsLabel.default("egress").describe("The pool's name: the value of its label and taint.");

const NodeClassRef = z.strictObject({
  group: ApiGroup,
  kind: Kind,
  name: DnsLabel,
});

/** Nodes that only gateways use, and where they come from. */
export const Nodes = z
  .discriminatedUnion("provider", [
    z.strictObject({
      provider: z.literal("existing"),
      pool: PoolName,
      names: z.array(NodeName).default([]),
      selector: z.record(LabelKey, LabelValue).default({}),
    }),
    z.strictObject({
      provider: z.literal("karpenter"),
      pool: PoolName,
      nodeClassRef: NodeClassRef.describe("The cloud's node class, such as an EC2NodeClass."),
      instanceCategories: z.array(LabelValue).default([]),
      zones: z.array(LabelValue).default([]),
      cpuLimit: z.int().min(1).max(10000).default(32),
    }),
  ])
  .describe("existing: nodes by name or selector; karpenter: a NodePool of its own.");
