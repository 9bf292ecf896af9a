import { GATEWAY_LABEL } from "../plan/labels.ts";
import { type ControlPlane, controlPlaneOf, controlPlanesIn } from "./control-planes.ts";
import { atPart, type Finding } from "./finding.ts";
import type { Situation } from "./situation.ts";

const SCOPE = "PILOT_SCOPE_GATEWAY_TO_NAMESPACE";
const FILTER = "PILOT_FILTER_GATEWAY_CLUSTER_CONFIG";
/** The oldest Istio that all of this was tried with. */
const TRIED = { major: 1, minor: 31 } as const;

/** Settings of istiod that the plan relies on, its version, and which one is meant where several run. */
export function findIstiodSettings(situation: Situation): Finding[] {
  const { environment, running } = situation;
  const { mesh } = environment;
  const planes = controlPlanesIn(mesh, running);
  const plane = controlPlaneOf(mesh, running);
  const at = (severity: Finding["severity"], why: string, fix: string) =>
    atPart(situation, severity, ["mesh"], "mesh", why, fix);
  if (plane === undefined) {
    if (running.forbidden.some(({ kind }) => kind === "Deployment")) return [];
    if (planes.length > 0)
      return [
        at(
          "problem",
          `${mesh.namespace} has no istiod of revision ${mesh.revision ?? "default"}: there is ${planes.map(({ revision }) => revision).join(", ")}`,
          "write the revision that is meant as mesh.revision",
        ),
      ];
    return [
      at(
        "warning",
        `there is no istiod in ${mesh.namespace}, so that its settings were not looked at`,
        "correct mesh.namespace; of an istiod outside the cluster, look at its settings there",
      ),
    ];
  }
  return [
    ...(isScopedToNamespace(situation)
      ? []
      : [
          at(
            "problem",
            `istiod runs without ${SCOPE}=true, so any namespace's Gateway can add listeners to the gateways' pods`,
            `set it on istiod (values.pilot.env), or forbid foreign Gateways that name ${GATEWAY_LABEL} by a ValidatingAdmissionPolicy`,
          ),
        ]),
    ...(isOn(plane, FILTER)
      ? []
      : [
          at(
            "problem",
            `istiod runs without ${FILTER}=true, so the gateways are sent every service of the mesh`,
            "set it on istiod (values.pilot.env)",
          ),
        ]),
    ...versionFindings(plane).map(([why, fix]) => at("warning", why, fix)),
  ];
}

/** Whether a Gateway of another namespace is kept from the gateways' pods, by istiod or by admission. */
export function isScopedToNamespace(situation: Situation): boolean {
  const plane = controlPlaneOf(situation.environment.mesh, situation.running);
  return (plane !== undefined && isOn(plane, SCOPE)) || isForbiddenByAdmission(situation);
}

/** As istiod reads a setting. */
function isOn({ env }: ControlPlane, name: string): boolean {
  const value = env.findLast((entry) => entry.name === name)?.value ?? "";
  return ["1", "t", "T", "TRUE", "true", "True"].includes(value);
}

interface AdmissionPolicy {
  readonly matchConstraints?: {
    readonly resourceRules?: readonly {
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
    }[];
  };
}
interface AdmissionBinding {
  readonly policyName?: string;
  readonly validationActions?: readonly string[];
}

/** A policy in force that is about Istio's Gateways and our label; what else it says is taken at its word. */
function isForbiddenByAdmission({ running: { objects } }: Situation): boolean {
  const inForce = new Set(
    objects
      .filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding")
      .map(({ spec }) => spec as AdmissionBinding)
      .filter(({ validationActions = [] }) => validationActions.includes("Deny"))
      .map(({ policyName }) => policyName),
  );
  return objects.some(({ kind, metadata, spec }) => {
    if (kind !== "ValidatingAdmissionPolicy" || !inForce.has(metadata.name)) return false;
    const { resourceRules = [] } = (spec as AdmissionPolicy).matchConstraints ?? {};
    const about = resourceRules.some(
      ({ apiGroups = [], resources = [] }) =>
        apiGroups.some((group) => group === "*" || group === "networking.istio.io") &&
        resources.some((resource) => resource === "*" || resource === "gateways"),
    );
    return about && JSON.stringify(spec).includes(GATEWAY_LABEL);
  });
}

/** Only where the image's tag tells a version. */
function versionFindings({ image }: ControlPlane): (readonly [why: string, fix: string])[] {
  const [tag, major, minor] = /(?<=:)(\d+)\.(\d+)[^:/]*$/.exec(image) ?? [];
  if (tag === undefined) return [];
  const [older, tried] = [Number(major) * 1000 + Number(minor), TRIED.major * 1000 + TRIED.minor];
  if (older >= tried) return [];
  return [
    [
      `istiod is ${tag}, older than what this was tried with (${TRIED.major}.${TRIED.minor})`,
      "upgrade Istio, or try every mode that you use",
    ],
  ];
}
