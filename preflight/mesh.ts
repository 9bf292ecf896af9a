import type { Path } from "../model/source.ts";
import { atPart, enumerate, type Finding } from "./finding.ts";
import { type Labels, liveObjects, selects } from "./live.ts";
import { meshConfigMap, meshConfigText } from "./mesh-config.ts";
import { clientNamespaces, type Situation } from "./situation.ts";

/** What MeshConfig says against the file, or against what the plan relies on. */
export function findMeshSettings(situation: Situation): Finding[] {
  const { environment, running } = situation;
  const { mesh } = environment;
  if (meshConfigText(mesh, running) === undefined) {
    if (running.forbidden.some(({ kind }) => kind === "ConfigMap")) return [];
    const name = `ConfigMap ${mesh.namespace}/${meshConfigMap(mesh, running)}`;
    return [
      at(
        situation,
        "warning",
        [],
        `there is no ${name}, so that the mesh's configuration was not looked at`,
        "correct mesh.namespace and mesh.revision",
      ),
    ];
  }
  return [
    ...trustDomain(situation),
    ...outboundTraffic(situation),
    ...serviceVisibility(situation),
    ...discovery(situation),
  ];
}

function trustDomain(situation: Situation): Finding[] {
  const { trustDomain = "cluster.local", trustDomainAliases = [] } = situation.meshConfig;
  const declared = situation.environment.mesh.trustDomain;
  if ([trustDomain, ...trustDomainAliases].includes(declared)) return [];
  return [
    at(
      situation,
      "problem",
      ["trustDomain"],
      `the mesh's trust domain is ${trustDomain}, so that no caller is the one that a grant names: every call is refused`,
      `write trustDomain: ${trustDomain}`,
    ),
  ];
}

function outboundTraffic(situation: Situation): Finding[] {
  const { mode = "ALLOW_ANY" } = situation.meshConfig.outboundTrafficPolicy ?? {};
  const declared = situation.environment.mesh.outboundTrafficPolicy;
  if (mode === declared) return [];
  const open = declared === "REGISTRY_ONLY";
  return [
    at(
      situation,
      open ? "problem" : "warning",
      ["outboundTrafficPolicy"],
      `the mesh has outboundTrafficPolicy ${mode}, the file ${declared}${open ? ": sidecars let calls to unknown hosts out, under lockdown too" : ""}`,
      open ? "write ALLOW_ANY here, or set REGISTRY_ONLY in the mesh" : `write ${mode} here`,
    ),
  ];
}

function serviceVisibility(situation: Situation): Finding[] {
  const { defaultServiceExportTo = [] } = situation.meshConfig;
  if (defaultServiceExportTo.length === 0 || defaultServiceExportTo.includes("*")) return [];
  return [
    at(
      situation,
      "problem",
      [],
      `the mesh has defaultServiceExportTo ${enumerate(defaultServiceExportTo)}, so that callers do not see the gateways' Services`,
      'set it to ["*"]',
    ),
  ];
}

/** Namespaces that istiod does not look at. */
function discovery(situation: Situation): Finding[] {
  const { discoverySelectors = [] } = situation.meshConfig;
  if (discoverySelectors.length === 0) return [];
  const planned = labelsByName(situation.planned.filter(({ kind }) => kind === "Namespace"));
  const live = labelsByName(situation.running.objects.filter(({ kind }) => kind === "Namespace"));
  const wanted = [
    ...situation.environment.gateways.map(({ namespace }) => namespace),
    ...clientNamespaces(situation),
  ];
  const hidden = [...new Set(wanted)].filter((name) => {
    const labels = { "kubernetes.io/metadata.name": name, ...live.get(name), ...planned.get(name) };
    return !discoverySelectors.some((selector) => selects(selector, labels));
  });
  if (hidden.length === 0) return [];
  return [
    at(
      situation,
      "problem",
      [],
      `the mesh's discoverySelectors leave out ${enumerate(hidden)}, so that istiod does not see what is there`,
      "label these namespaces, or widen the selectors",
    ),
  ];
}

function labelsByName(objects: Situation["planned"]): Map<string, Labels> {
  return new Map(
    liveObjects(objects, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
}

function at(
  situation: Situation,
  severity: Finding["severity"],
  path: Path,
  why: string,
  fix: string,
): Finding {
  return atPart(situation, severity, ["mesh", ...path], ["mesh", ...path].join("."), why, fix);
}
