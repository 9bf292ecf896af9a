import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { readObjects } from "../access/manifests/read.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { type Expected, formatViolation, type Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** What an expectation looks like in the configuration of a policy pack. */
const SCHEMAS = {
  namespaces: {
    type: "array",
    items: { type: "string" },
    description: "Namespaces that have to be under lockdown.",
  },
  pool: { type: "string", description: "The pool whose nodes every egress gateway has to run on." },
} as const;

function policyOf({ name, description, expects, find }: Rule): StackValidationPolicy {
  return {
    name,
    description,
    ...(expects === undefined ? {} : { configSchema: { properties: { [expects]: SCHEMAS[expects] } } }),
    validateStack: ({ resources, getConfig }, reportViolation) => {
      const found = resources.flatMap(({ props, urn }) =>
        isManifest(props) ? [{ manifest: props, urn }] : [],
      );
      const urns = new Map(found.map(({ manifest, urn }) => [objectKey(manifest), urn]));
      const manifests = found.map(({ manifest }) => manifest);
      for (const violation of find(readObjects(manifests), getConfig<Expected>(), manifests))
        reportViolation(formatViolation(violation), urns.get(violation.object));
    },
  };
}

/** Whether a resource is a Kubernetes object, of any SDK. */
function isManifest(props: Readonly<Record<string, unknown>>): props is Manifest {
  const { apiVersion, kind, metadata } = props;
  return (
    typeof apiVersion === "string" &&
    typeof kind === "string" &&
    typeof metadata === "object" &&
    metadata !== null
  );
}

new PolicyPack("sallyport", { enforcementLevel: "mandatory", policies: RULES.map(policyOf) });
