import type { DeclaredHost, Gateway } from "../model/environment.ts";
import { gatewayHost } from "../plan/hosts/context.ts";
import { atHosts, atPart, called, enumerate, type Finding } from "./finding.ts";
import { covers, type LiveObject, liveObjects } from "./live.ts";
import { clientNamespaces, grantedTo, type Situation } from "./situation.ts";

type Sidecar = LiveObject<"Sidecar">;

/** Others' Sidecars: those that hide the gateway from its callers, and those that undo a lockdown. */
export function findRivalSidecars(situation: Situation): Finding[] {
  const foreign = situation.foreign("Sidecar");
  return [
    ...clientNamespaces(situation).flatMap((namespace) => importFindings(situation, namespace, foreign)),
    ...situation.environment.lockdown.flatMap(({ namespace }) =>
      lockdownFindings(situation, namespace, inNamespace(foreign, namespace)),
    ),
  ];
}

function importFindings(situation: Situation, namespace: string, foreign: readonly Sidecar[]): Finding[] {
  const own = inNamespace(foreign, namespace);
  const whole = own.filter(isWhole);
  const root = inNamespace(foreign, situation.rootNamespace).filter(isWhole);
  // The mesh's own counts where the namespace has none.
  const inherits = whole.length === 0 && lockdownSidecar(situation, namespace) === undefined;
  return [
    ...(inherits && namespace !== situation.rootNamespace ? [...own, ...root] : own).flatMap((sidecar) =>
      hiding(situation, namespace, sidecar),
    ),
    ...(whole.length < 2
      ? []
      : atHosts(
          "warning",
          grantedTo(situation, namespace),
          `${enumerate(whole.map(called))} have no selector, and Istio takes the oldest alone`,
          "leave one",
        )),
  ];
}

/** The callers whose calls a Sidecar keeps from the gateway, as it does not import what leads there. */
function hiding(situation: Situation, namespace: string, sidecar: Sidecar): Finding[] {
  const egress = sidecar.spec.egress ?? [];
  if (egress.length === 0) return [];
  // A listener for one port sees only calls to that port.
  const entries = egress.filter(({ port }) => port === undefined).flatMap(({ hosts = [] }) => hosts);
  const { gateways } = situation.environment;
  const hidden = gateways.map((gateway) => ({
    gateway,
    hosts: grantedTo(situation, namespace).filter(
      (host) =>
        host.gateway === gateway.name &&
        !waysOf(situation, namespace, gateway, host).every((name) =>
          isImported(entries, gateway.namespace, name),
        ),
    ),
  }));
  const which = isWhole(sidecar) ? `calls from ${namespace}` : `calls of the workloads that it selects`;
  return hidden.flatMap(({ gateway, hosts }) =>
    atHosts(
      "problem",
      hosts,
      `${called(sidecar)} does not import what leads to the gateway: ${which} are refused, or go round it`,
      `add ${gateway.namespace}/* to its egress hosts`,
    ),
  );
}

/** The names that a namespace's sidecars need for a host: its route's, the gateway's, and what makes them listen. */
function waysOf({ planned }: Situation, namespace: string, gateway: Gateway, host: DeclaredHost): string[] {
  const seen = <K extends "ServiceEntry" | "VirtualService">(kind: K) =>
    liveObjects(planned, kind).filter(
      ({ metadata, spec }) =>
        metadata.namespace === gateway.namespace &&
        (spec.exportTo?.includes(namespace) || spec.exportTo?.includes("*")),
    );
  const entries = seen("ServiceEntry").filter(({ spec }) =>
    spec.ports?.some(({ number }) => number === host.port),
  );
  const routes = seen("VirtualService").filter(({ spec }) => spec.hosts?.includes(host.host));
  return [gatewayHost({ gateway }), ...[...entries, ...routes].flatMap(({ spec }) => spec.hosts ?? [])];
}

/** Whether entries of a Sidecar, such as `egress/*`, have a name of a namespace. */
export function isImported(entries: readonly string[], home: string, name: string): boolean {
  return entries.some((entry) => {
    const [namespace = "", pattern = ""] = entry.split("/");
    return (namespace === "*" || namespace === home) && covers(pattern, name);
  });
}

function lockdownFindings(situation: Situation, namespace: string, own: readonly Sidecar[]): Finding[] {
  const ours = lockdownSidecar(situation, namespace);
  if (ours === undefined) return [];
  return own.flatMap((sidecar) => {
    if (isWhole(sidecar))
      return atPart(
        situation,
        "problem",
        ["lockdown"],
        `lockdown ${namespace}`,
        `${called(sidecar)} has no selector, and neither has ${called(ours)}: Istio takes the older one alone`,
        "remove it; lockdown takes the namespace's only one",
      );
    const { outboundTrafficPolicy } = situation.environment.mesh;
    if ((sidecar.spec.outboundTrafficPolicy?.mode ?? outboundTrafficPolicy) === "REGISTRY_ONLY") return [];
    return atPart(
      situation,
      "warning",
      ["lockdown"],
      `lockdown ${namespace}`,
      `${called(sidecar)} takes the place of ${called(ours)} for the workloads that it selects: their sidecars let calls to unknown hosts out, and only the NetworkPolicy stops them`,
      "set its outboundTrafficPolicy to mode: REGISTRY_ONLY",
    );
  });
}

/** Ours for a namespace under lockdown, where there is something to say. */
export function lockdownSidecar({ planned }: Situation, namespace: string): Sidecar | undefined {
  return liveObjects(planned, "Sidecar").find(({ metadata }) => metadata.namespace === namespace);
}

function isWhole({ spec }: Sidecar): boolean {
  return Object.keys(spec.workloadSelector?.labels ?? {}).length === 0;
}

function inNamespace(sidecars: readonly Sidecar[], namespace: string): Sidecar[] {
  return sidecars.filter(({ metadata }) => metadata.namespace === namespace);
}
