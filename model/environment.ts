import type { z } from "zod";
import type { Position } from "./problem.ts";
import type { Gateway as GatewaySchema, Mesh as MeshSchema } from "./schema.ts";
import type { DEFAULT_PORTS } from "./schema-host.ts";
import type { Lockdown as LockdownSchema, Reach as ReachSchema } from "./schema-lockdown.ts";
import type { Nodes as NodesSchema } from "./schema-nodes.ts";

export type Mesh = z.output<typeof MeshSchema>;
export type Gateway = z.output<typeof GatewaySchema> & { readonly serviceAccount: string };
export type Nodes = z.output<typeof NodesSchema>;
export type ExistingNodes = Extract<Nodes, { provider: "existing" }>;
export type KarpenterNodes = Extract<Nodes, { provider: "karpenter" }>;
export type Lockdown = z.output<typeof LockdownSchema>;
export type Reach = z.output<typeof ReachSchema>;
export type Mode = keyof typeof DEFAULT_PORTS;

/** Who calls: one namespace with all its accounts, or one account of it. */
export interface Caller {
  readonly namespace: string;
  /** Absent: every account of the namespace. */
  readonly account?: string;
}

/** One host on one port, with all defaults filled in. */
export interface Host {
  readonly host: string;
  readonly port: number;
  readonly mode: Mode;
  /** The gateway's name. */
  readonly gateway: string;
  readonly owner: string;
  /** Sorted, each once; empty where nobody may call. */
  readonly allow: readonly Caller[];
}

/** A host with the place of its declaration, for messages only: no position reaches a manifest. */
export interface DeclaredHost extends Host {
  readonly at: Position;
}

/** Everything one environment declares, with all defaults filled in. */
export interface Environment {
  readonly name: string;
  readonly mesh: Mesh;
  readonly gateways: readonly Gateway[];
  readonly nodes?: Nodes;
  readonly lockdown: readonly Lockdown[];
  /** Sorted by host and port. */
  readonly hosts: readonly Host[];
}
