import { PolicyPack, type PolicyResource, type StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
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
      const found = resources.flatMap(({ props, name, urn }) =>
        manifestsIn(props, name).map((manifest) => ({ manifest, urn })),
      );
      const urns = new Map(found.map(({ manifest, urn }) => [objectKey(manifest), urn]));
      const manifests = found.map(({ manifest }) => manifest);
      for (const violation of find(readObjects(manifests), getConfig<Expected>(), manifests))
        reportViolation(formatViolation(violation), urns.get(violation.object));
    },
  };
}

const Texts = z.record(z.string(), z.string()).nullish();
const Head = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: z.string().nullish(),
    namespace: z.string().nullish(),
    labels: Texts,
    annotations: Texts,
  }),
});

/**
 * A resource as the Kubernetes object that it is, of any SDK, in what rules read of one; none where it is something
 * else. What the API server is to name has the resource's own name until then.
 */
function manifestsIn(props: PolicyResource["props"], resource: string): Manifest[] {
  const { success, data } = Head.safeParse(props);
  if (!success) return [];
  const { apiVersion, kind, metadata } = data;
  const { name, namespace, labels, annotations } = metadata;
  return [
    {
      apiVersion,
      kind,
      metadata: {
        name: name ?? resource,
        ...(typeof namespace === "string" ? { namespace } : {}),
        labels: labels ?? {},
        annotations: annotations ?? {},
      },
      // A preview may not know it yet, and says so to whoever looks: that is to be a rule that reads this kind.
      get spec() {
        return props.spec;
      },
    },
  ];
}

new PolicyPack("sallyport", { enforcementLevel: "mandatory", policies: RULES.map(policyOf) });
