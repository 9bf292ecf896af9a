import type { z } from "zod";
import type { Position } from "./problem.ts";
import type { Rule } from "./rules/rule.ts";
import type { HostEntry, hostSettings, MODES } from "./schema/host.ts";
import type { Lockdown as LockdownSchema, Reach as ReachSchema } from "./schema/lockdown.ts";
import type { Monitoring as MonitoringSchema } from "./schema/monitoring.ts";
import type { Nodes as NodesSchema } from "./schema/nodes.ts";
import type {
  Environment as EnvironmentSchema,
  Gateway as GatewaySchema,
  Mesh as MeshSchema,
} from "./schema/schema.ts";
import type { Path } from "./source.ts";

/** What one Istio mesh is like, with all defaults filled in. */
export type Mesh = z.output<typeof MeshSchema>;
/** One egress gateway with all defaults filled in. */
export type Gateway = z.output<typeof GatewaySchema> & { readonly serviceAccount: string };
/** Nodes that only gateways use, with all defaults filled in. */
export type Nodes = z.output<typeof NodesSchema>;
/** Nodes that are there already, by name or by label. */
export type ExistingNodes = Extract<Nodes, { provider: "existing" }>;
/** Nodes that a Karpenter NodePool provides. */
export type KarpenterNodes = Extract<Nodes, { provider: "karpenter" }>;
/** A namespace whose pods may leave only through a gateway. */
export type Lockdown = z.output<typeof LockdownSchema>;
/** What else in the cluster such pods may call: pods of a namespace, or an address range. */
export type Reach = z.output<typeof ReachSchema>;
/** What is told of calls, and to whom, with all defaults filled in. */
export type Monitoring = z.output<typeof MonitoringSchema>;
/** Who issues end users' tokens, with all defaults filled in. */
export type Issuer = z.output<typeof EnvironmentSchema>["issuers"][number];
/** An external authorizer. */
export type Authorizer = z.output<typeof EnvironmentSchema>["authorizers"][number];
/** By owner: who may read what is made for their hosts. */
export type Owners = z.output<typeof EnvironmentSchema>["owners"];
/** How a host is reached; what the application and the gateway speak. */
export type Mode = (typeof MODES)[number];
/** What one host may have of its own; see the reference for each. */
export type HostSettings = Readonly<Pick<z.output<typeof HostEntry>, keyof typeof hostSettings>>;

/** Who calls: one namespace with all its accounts, or one account of it. */
export interface Caller {
  /** `*` is everyone in the mesh. */
  readonly namespace: string;
  /** Absent: every account of the namespace. */
  readonly account?: string;
}

/** One host on one port, with all defaults filled in. */
export interface Host extends HostSettings {
  /** Its DNS name, in lower case; `*.wikipedia.org` for every name under a domain. */
  readonly host: string;
  readonly port: number;
  /** What a file says as `tls`. */
  readonly mode: Mode;
  /** The gateway's name. */
  readonly gateway: string;
  /** The team that answers for it. */
  readonly owner: string;
  /** Its own rules, its file's and the environment's, sorted by key; empty where nobody may call. */
  readonly allow: readonly Rule[];
  /** What is refused all the same; likewise. */
  readonly deny: readonly Rule[];
  /** How a request whose path is not allowed is answered: 403, or 404. */
  readonly refuse: "forbidden" | "not-found";
  /** The name of the external authorizer to ask. */
  readonly authorizer?: string;
}

/** Where something stands in the files, and in the data of that file: `["hosts", 3, "deny", 0]`. */
export interface Place extends Position {
  readonly path: Path;
}

/** A host with the place of its declaration, for messages only: no position reaches a manifest. */
export interface DeclaredHost extends Host {
  readonly at: Position;
  /** Its place in that file, such as `["hosts", 3]`. */
  readonly path: Path;
  /**
   * Where that stands whose key the log has: the rule whose policy denies, or `refuse: not-found` of a route that answers
   * 404. Undefined if it has nothing of this key.
   */
  ruleAt(key: string): Place | undefined;
}

/** What an environment has for its hosts' access beside their rules; absent: none. */
export interface AccessParts {
  /** Sorted by name. */
  readonly issuers?: readonly Issuer[];
  /** Sorted by name. */
  readonly authorizers?: readonly Authorizer[];
  readonly owners?: Owners;
}

/** Everything one environment declares, with all defaults filled in. */
export interface Environment extends AccessParts {
  /** Such as dev; the Pulumi stack has the same name. */
  readonly name: string;
  /** The environment that has to grant all that this one grants; absent: none has to. */
  readonly promotesFrom?: string;
  readonly mesh: Mesh;
  /** Sorted by name. */
  readonly gateways: readonly Gateway[];
  /** Absent: gateways run on any node. */
  readonly nodes?: Nodes;
  /** Sorted by namespace. */
  readonly lockdown: readonly Lockdown[];
  readonly monitoring: Monitoring;
  /** Sorted by host and port. */
  readonly hosts: readonly Host[];
}
