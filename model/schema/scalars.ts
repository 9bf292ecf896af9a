import { z } from "zod";
import {
  dnsLabelFault,
  type Fault,
  hostFault,
  isDnsSubdomain,
  serviceAccountFault,
  serviceNameFault,
} from "../values/names.ts";
import { cidrFault, hostRangeFault } from "../values/network.ts";

/** A list in which each entry stands once. */
export function eachOnce<S extends z.ZodArray>(list: S): S {
  return list
    .superRefine((values, context) => {
      const known = new Set<unknown>();
      values.forEach((value, index) => {
        if (known.has(value))
          context.addIssue({
            code: "custom",
            path: [index],
            message: "stands twice in this list",
            params: { fix: "remove one of the two" },
          });
        known.add(value);
      });
    })
    .meta({ uniqueItems: true });
}

/** A string that a fault function accepts; its why and fix go into the problem. */
export function checked(fault: (value: string) => Fault | undefined, description: string) {
  return z
    .string()
    .superRefine((value, context) => {
      const found = fault(value);
      if (found) context.addIssue({ code: "custom", message: found.why, params: { fix: found.fix } });
    })
    .describe(description);
}

export function matching(pattern: RegExp, why: string, fix: string, description: string) {
  return accepted((value) => pattern.test(value), why, fix, description);
}

function accepted(test: (value: string) => boolean, why: string, fix: string, description: string) {
  return checked((value) => (test(value) ? undefined : { why, fix }), description);
}

export const HostName = checked(hostFault, "A host outside the cluster, such as edition.cnn.com.");
export const DnsLabel = checked(
  dnsLabelFault,
  "A Kubernetes name: a-z, 0-9 and inner hyphens, at most 63 characters.",
);
export const ServiceName = checked(
  serviceNameFault,
  "A Service's name: a-z, 0-9 and inner hyphens, a letter first, at most 63 characters.",
);
export const ServiceAccountName = checked(serviceAccountFault, "A service account as namespace/account.");
export const Cidr = checked(cidrFault, "An address range such as 10.0.0.0/8 or fd00::/8.");
export const HostRange = checked(
  hostRangeFault,
  "A range of addresses, such as 198.51.100.0/24 or 2001:db8:5::/64.",
);
export const PortNumber = z.int().min(1).max(65535).describe("A port, 1 to 65535.");

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export const Quantity = matching(
  /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
  "not a Kubernetes quantity",
  "write such as 250m (CPU) or 256Mi (memory)",
  "A Kubernetes quantity such as 250m or 256Mi.",
);

export const LabelKey = accepted(
  (key) => {
    const [, prefix, name = ""] = /^(?:([^/]*)\/)?([^/]*)$/s.exec(key) ?? [];
    return LABEL_NAME.test(name) && (prefix === undefined || isDnsSubdomain(prefix));
  },
  "Kubernetes does not take this as a label's key",
  "write such as pool or example.com/pool",
  "The key of a Kubernetes label.",
);

export const LabelValue = matching(
  /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
  "Kubernetes does not take this as a label's value",
  "write at most 63 letters, digits, and inner - _ .",
  "The value of a Kubernetes label.",
);

export const TrustDomain = accepted(
  isDnsSubdomain,
  "not a SPIFFE trust domain",
  "write the mesh's trustDomain, such as cluster.local",
  "The mesh's SPIFFE trust domain.",
);

export const CounterPrefix = matching(
  /^[A-Za-z][A-Za-z0-9_.|-]{0,127}$/,
  "not the beginning of an Envoy counter's name",
  "write such as cluster.outbound",
  "The beginning of the names of Envoy counters to keep, such as cluster.outbound.",
);

export const SecretName = accepted(
  isDnsSubdomain,
  "Kubernetes does not take this as a Secret's name",
  "write such as partner-ca",
  "A Secret's name, in the gateway's namespace.",
);

export const HeaderName = matching(
  /^[a-z0-9][a-z0-9-]{0,63}$/,
  "not the name of a header",
  "write it in lower case, such as x-team",
  "The name of an HTTP header, in lower case.",
);

/** Of each unit in milliseconds. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_HOURS = 24;

export const Duration = checked((text) => {
  const [, number, unit = ""] = /^([1-9]\d*)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined) return { why: "not a length of time", fix: "write such as 500ms, 15s, 5m or 1h" };
  if (Number(number) * (UNITS[unit] ?? 1) > LONGEST_HOURS * 3_600_000)
    return {
      why: `at most ${LONGEST_HOURS} hours`,
      fix: `write ${LONGEST_HOURS}h or less`,
    };
  return undefined;
}, `A length of time such as 500ms, 15s, 5m or 1h, at most ${LONGEST_HOURS}h.`);

export const NodeName = accepted(
  isDnsSubdomain,
  "Kubernetes does not take this as a node's name",
  "write the name that `kubectl get nodes` prints",
  "A node's name.",
);

export const ApiGroup = accepted(
  isDnsSubdomain,
  "not an API group",
  "write such as karpenter.k8s.aws",
  "An API group such as karpenter.k8s.aws.",
);

export const Kind = matching(
  /^[A-Z][A-Za-z0-9]{0,62}$/,
  "not a kind of object",
  "write such as EC2NodeClass",
  "A kind of object such as EC2NodeClass.",
);
