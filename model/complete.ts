import { z } from "zod";
import {
  orderedAccess,
  orderedGateway,
  orderedLockdown,
  orderedMesh,
  orderedMonitoring,
  orderedNodes,
} from "./canonical.ts";
import { validateEnvironment } from "./check/validate.ts";
import type {
  AccessParts,
  Authorizer,
  Gateway,
  Host,
  Issuer,
  Lockdown,
  Mesh,
  Monitoring,
  Nodes,
} from "./environment.ts";
import { readHost } from "./hosts/hosts.ts";
import { resolveInTime } from "./hosts/resolve-in-time.ts";
import { checkServiceNames } from "./hosts/service-names.ts";
import { checkTokenHeaders } from "./hosts/token-headers.ts";
import { formatProblem, type Problem } from "./problem.ts";
import type { Notes } from "./rules/notes.ts";
import { environmentAccess } from "./schema/access.ts";
import { explain } from "./schema/fault-words.ts";
import type { HostEntry } from "./schema/host.ts";
import { Lockdown as LockdownSchema } from "./schema/lockdown.ts";
import { Monitoring as MonitoringSchema } from "./schema/monitoring.ts";
import { Nodes as NodesSchema } from "./schema/nodes.ts";
import { Gateway as GatewaySchema, Mesh as MeshSchema } from "./schema/schema.ts";
import type { Source } from "./source.ts";

/** The mesh as an environment file's `mesh`: every key may be left out, for Istio's own defaults. */
export type MeshInput = NonNullable<z.input<typeof MeshSchema>>;
/** A gateway as an entry of an environment file's `gateways`: only `name` and `namespace` are required. */
export type GatewayInput = z.input<typeof GatewaySchema>;
/** A host as a catalog's entry; a program may name each one's owner beside it. */
export type HostInput = z.input<typeof HostEntry> & { readonly owner?: string };
/** A namespace under lockdown as an entry of an environment file's `lockdown`: only `namespace` is required. */
export type LockdownInput = z.input<typeof LockdownSchema>;
/** What is told of calls, as an environment file's `monitoring`: every key may be left out. */
export type MonitoringInput = NonNullable<z.input<typeof MonitoringSchema>>;
/** Nodes as an environment file's `nodes`: existing ones by `names` or `selector`, or those of a Karpenter NodePool. */
export type NodesInput = z.input<typeof NodesSchema>;

const { issuers, authorizers, owners } = environmentAccess;
const AccessSchema = z.strictObject({ issuers, authorizers, owners });
/** What hosts' access takes beside them: `issuers`, `authorizers` and `owners` as an environment file has them. */
export type AccessInput = {
  readonly [K in keyof z.input<typeof AccessSchema>]?: Readonly<z.input<typeof AccessSchema>[K]>;
};

/** What a program gave can't be: every problem at once, as check would print them. */
export class DeclarationError extends Error {
  /** Every problem with its path and fix; `file` names the part that was given, as there are no lines. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`this can't be declared:\n${problems.map(formatProblem).join("\n")}`);
    this.name = "DeclarationError";
    this.problems = problems;
  }
}

/** The mesh with Istio's own defaults where nothing is said. */
export function completeMesh(mesh: MeshInput | undefined): Mesh {
  return orderedMesh(parse(MeshSchema, mesh ?? {}, "mesh"));
}

/** What is told of calls, with defaults, checked as an environment file's would be. */
export function completeMonitoring(input: MonitoringInput | undefined): Monitoring {
  const monitoring = parse(MonitoringSchema, input ?? {}, "monitoring");
  refuse(validateEnvironment(given("monitoring", { monitoring: input ?? {} }), { monitoring }));
  return orderedMonitoring(monitoring);
}

/** The gateway with all defaults, checked as an environment file's would be. */
export function completeGateway(input: GatewayInput, mesh: Mesh): Gateway {
  const parsed = parse(GatewaySchema, input, "gateway");
  const gateway: Gateway = { ...parsed, serviceAccount: parsed.serviceAccount ?? parsed.name };
  refuse(validateEnvironment(given("gateway", input), { mesh, gateways: [gateway] }));
  return orderedGateway(gateway);
}

/** The access parts with all defaults, checked as an environment file's would be. */
export function completeAccess({
  issuers = [],
  authorizers = [],
  owners = {},
}: AccessInput): Required<AccessParts> {
  const input = { issuers, authorizers, owners };
  const access = parse(AccessSchema, input, "hosts");
  refuse(validateEnvironment(given("hosts", input), access));
  return orderedAccess(access);
}

/** What beside a gateway hosts are completed with. */
interface HostsSettings {
  /** The team that owns hosts that name no owner; `platform` by default. */
  readonly owner?: string;
  /** The moment that rules with a last day are judged at; the present by default. */
  readonly now?: Date;
  /** Those that rules may name; none by default. */
  readonly issuers?: readonly Issuer[];
  /** Those that hosts may name; none by default. */
  readonly authorizers?: readonly Authorizer[];
  /** Hears of each rule that is left out as its last day is over. */
  readonly onExpired?: (problem: Problem) => void;
}

/** The hosts with all defaults, checked as a catalog's would be. Rules past their last day are left out. */
export function completeHosts(
  inputs: readonly HostInput[],
  gateway: Gateway,
  { owner = "platform", now = new Date(), issuers = [], authorizers = [], onExpired }: HostsSettings = {},
): Host[] {
  const entries = inputs.map(({ owner: _owner, ...entry }) => entry);
  const source = given("hosts", { hosts: entries });
  const notes: Notes = { problems: [], warnings: [], expired: [] };
  const context = {
    now,
    production: false,
    issuers: issuers.map(({ name }) => name),
    authorizers: authorizers.map(({ name }) => name),
  };
  const read = entries.map((entry, index) =>
    readHost({ source, owner: inputs[index]?.owner ?? owner, rules: [], context }, entry, index, notes),
  );
  const hosts = resolveInTime(
    read.map(({ host }) => host),
    [gateway],
    context,
    notes,
  );
  checkServiceNames(
    read.map(({ host }) => host),
    { gateways: [gateway] },
    notes,
  );
  const inTokens = checkTokenHeaders(
    read.flatMap(({ host }) => host.rules),
    issuers,
  );
  refuse([...read.flatMap(({ problems }) => problems), ...notes.problems, ...inTokens]);
  for (const { problem } of notes.expired) onExpired?.(problem);
  return hosts.map(({ at: _at, path: _path, ruleAt: _ruleAt, ...host }) => host);
}

/** The namespaces to lock down, checked as an environment file's would be. */
export function completeLockdown(
  inputs: readonly LockdownInput[],
  gateways: readonly Gateway[],
  mesh: Mesh,
): Lockdown[] {
  const lockdown = inputs.map((input) => parse(LockdownSchema, input, "namespaces"));
  refuse(validateEnvironment(given("namespaces", { lockdown: inputs }), { mesh, gateways, lockdown }));
  return lockdown.map(orderedLockdown);
}

/** Dedicated nodes with all defaults, checked as an environment file's would be. */
export function completeNodes(input: NodesInput, mesh: Mesh): Nodes {
  const nodes = parse(NodesSchema, input, "nodes");
  refuse(validateEnvironment(given("nodes", { nodes: input }), { mesh, nodes }));
  return orderedNodes(nodes);
}

function parse<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new DeclarationError(explain(given(what, input), schema, parsed.error.issues));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new DeclarationError(problems);
}

/** Data from a program has paths, but no lines. */
function given(what: string, data: unknown): Source {
  const position = () => ({ file: what, line: 1, column: 1 });
  return { file: what, data, positionOf: position, positionOfKey: position };
}
