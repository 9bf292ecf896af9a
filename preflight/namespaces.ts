import { isManaged } from "../plan/labels.ts";
import { atHosts, atPart, called, type Finding } from "./finding.ts";
import { liveObjects } from "./live.ts";
import { clientNamespaces, grantedTo, isInjected, type Situation } from "./situation.ts";

/** Namespaces that are granted hosts or under lockdown: missing, without injection, or opened by others' policies. */
export function findNamespaceFaults(situation: Situation): Finding[] {
  const { environment, running, planned } = situation;
  if ([...running.forbidden, ...running.absent].some(({ kind }) => kind === "Namespace")) return [];
  const labels = new Map(
    liveObjects(running.objects, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  const { revision } = environment.mesh;
  const missing = (name: string) => !labels.has(name);
  const written = new Set(planned.map(({ metadata }) => metadata.namespace));
  return [
    ...clientNamespaces(situation).flatMap((name) => {
      const found = labels.get(name);
      const hosts = grantedTo(situation, name);
      if (found === undefined)
        return atHosts(
          written.has(name) ? "problem" : "warning",
          hosts,
          `there is no namespace ${name}, which is granted this${written.has(name) ? ", and its part of the way has to be written there" : ""}`,
          "create the namespace, or correct the name",
        );
      if (isInjected(found, revision)) return [];
      return atHosts(
        "warning",
        hosts,
        `the namespace ${name}, which is granted this, has no label for injection: pods without a sidecar are refused at the gateway`,
        `label it ${revision === undefined ? "istio-injection=enabled" : `istio.io/rev=${revision}`}, and restart its pods`,
      );
    }),
    ...environment.lockdown
      .filter(({ namespace }) => missing(namespace) && grantedTo(situation, namespace).length === 0)
      .map(({ namespace }) =>
        atPart(
          situation,
          "problem",
          ["lockdown"],
          `lockdown ${namespace}`,
          "there is no such namespace, and its NetworkPolicy has to be written there",
          "create the namespace, or correct the name",
        ),
      ),
    ...environment.lockdown.flatMap(({ namespace }) => openings(situation, namespace)),
    ...environment.gateways
      .filter(({ namespace }) => !missing(namespace) && !isManaged({ labels: labels.get(namespace) ?? {} }))
      .map(({ name, namespace }) =>
        atPart(
          situation,
          "warning",
          ["gateways"],
          `gateway ${name}`,
          `the namespace ${namespace} is there and not Sallyport's: what the engine, kubectl or Argo CD takes away goes with all in it`,
          "give the gateway a namespace of its own, or keep nothing else in this one",
        ),
      ),
  ];
}

/** Network policies add up. */
function openings(situation: Situation, namespace: string): Finding[] {
  return situation
    .foreign("NetworkPolicy")
    .filter(({ metadata, spec }) => metadata.namespace === namespace && (spec.egress ?? []).length > 0)
    .map((policy) =>
      atPart(
        situation,
        "warning",
        ["lockdown"],
        `lockdown ${namespace}`,
        `${called(policy)} opens ways out for pods of this namespace beside those that are declared`,
        "write what it is for as reach, and remove it",
      ),
    );
}
