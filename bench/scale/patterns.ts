import { costOf } from "../../access/diff/cost.ts";
import { objectsDiff } from "../../access/diff/objects.ts";
import type { Environment } from "../../model/environment.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import {
  DOCS_GATEWAY,
  type DocsHost,
  docsGateway,
  docsGatewayHost,
  docsObjects,
  docsSubset,
  PORTS,
} from "../docs-pattern.ts";
import { loadText } from "../load-text.ts";

export const NAMESPACES = {
  few: "bench-few",
  all: "bench-all",
  docs: "bench-docs",
  ours: "bench-egress",
} as const;

/** `half` gives every other host to passthrough. */
export const MODES = ["none", "passthrough", "half"] as const;
export type ScaleMode = (typeof MODES)[number];

/** How many hosts the namespace `few` is granted: the last ones. */
const FEW = 10;

/** Where a proxy is looked at: in a namespace with few hosts, in one with all, and at the gateway. */
export const PLACES = ["few", "all", "gateway"] as const;
export type Place = (typeof PLACES)[number];

/** A way to declare hosts, as objects to deploy and what tells that a proxy has all of them. */
export interface Pattern {
  readonly name: "ours" | "docs";
  /** Its gateway, and what there is without any host. */
  readonly base: readonly PlannedObject[];
  /** The same with the hosts. */
  readonly objects: readonly PlannedObject[];
  /** Of ours, what the objects are planned from. */
  readonly environments?: { readonly base: Environment; readonly whole: Environment };
  readonly gateway: { readonly namespace: string; readonly deployment: string };
  /** What is in a proxy's configuration once it has the object that is written last for it. */
  readonly marks: Readonly<Record<Place, string>>;
}

/** Hosts `h0.bench.example.com` and on: the same names at any size. */
export function hostsOf(size: number, mode: ScaleMode): DocsHost[] {
  return Array.from({ length: size }, (_, index) => ({
    host: `h${index}.bench.example.com`,
    mode: mode === "half" ? (index % 2 === 0 ? "none" : "passthrough") : mode,
    namespaces: index < size - FEW ? [NAMESPACES.all] : [NAMESPACES.all, NAMESPACES.few],
  }));
}

/** The hosts as an environment file of ours; of the clients the one with few hosts is under lockdown. */
export function environmentFile(hosts: readonly DocsHost[]): string {
  const replicas = { min: 1, max: 1 };
  return JSON.stringify({
    environment: "bench",
    gateways: [{ name: "egress", namespace: NAMESPACES.ours, replicas, drainSeconds: 1 }],
    lockdown: [{ namespace: NAMESPACES.few }],
    hosts: hosts.map(({ host, mode, namespaces }) => ({
      host,
      tls: mode,
      allow: namespaces.map((namespace) => ({ from: { namespace } })),
    })),
  });
}

/** @throws if there is no host */
export function ours(hosts: readonly DocsHost[]): Pattern {
  const { host } = lastOf(hosts);
  const [base, whole] = [loadText(environmentFile([])), loadText(environmentFile(hosts))];
  return {
    name: "ours",
    base: planEnvironment(base),
    objects: planEnvironment(whole),
    environments: { base, whole },
    gateway: { namespace: NAMESPACES.ours, deployment: "egress" },
    marks: { few: host, all: host, gateway: host },
  };
}

/** By how many bytes the diff says that the proxies' configuration grows from no host to these. */
export function estimateOf(hosts: readonly DocsHost[]): Readonly<Record<Place, number>> {
  const manifests = (some: readonly DocsHost[]) =>
    planEnvironment(loadText(environmentFile(some))).map(({ manifest }) => manifest);
  const [before, after] = [manifests([]), manifests(hosts)];
  const { configuration } = costOf(before, after, objectsDiff(before, after));
  const of = (proxies: string) => configuration.find((entry) => entry.proxies === proxies)?.bytes ?? 0;
  return {
    few: of(`sidecars of ${NAMESPACES.few}`),
    all: of(`sidecars of ${NAMESPACES.all}`),
    gateway: of(`gateways in ${NAMESPACES.ours}`),
  };
}

/** @throws if there is no host */
export function docs(hosts: readonly DocsHost[]): Pattern {
  const { host, mode } = lastOf(hosts);
  const base = docsGateway(NAMESPACES.docs);
  const port = PORTS[mode].number;
  // A route's target, as Envoy prints it; the cluster itself, which comes before, has it as its name.
  const hop = `"cluster": "outbound|${port}|${docsSubset(host)}|${docsGatewayHost(NAMESPACES.docs)}"`;
  return {
    name: "docs",
    base,
    objects: [...base, ...hosts.flatMap((entry) => docsObjects(NAMESPACES.docs, entry))],
    gateway: { namespace: NAMESPACES.docs, deployment: DOCS_GATEWAY },
    marks: { few: hop, all: hop, gateway: `"cluster": "outbound|${port}||${host}"` },
  };
}

function lastOf(hosts: readonly DocsHost[]): DocsHost {
  const last = hosts.at(-1);
  if (last === undefined) throw new RangeError("a pattern takes at least one host");
  return last;
}
