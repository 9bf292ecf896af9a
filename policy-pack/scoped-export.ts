import type { Read } from "../access/manifests/read.ts";
import { isOutside } from "./egress-gateways.ts";
import type { Rule, Violation } from "./rule.ts";

/** What concerns an outside host is seen where it is granted, and nowhere else. */
export const scopedExport: Rule = {
  name: "scoped-export",
  description: "Routes, entries and rules for outside hosts name the namespaces that see them.",
  find: (objects) => [
    ...objects("ServiceEntry")
      .filter(({ spec }) => spec.location !== "MESH_INTERNAL")
      .flatMap(exported),
    ...objects("VirtualService")
      .filter(({ spec: { hosts, gateways } }) => gateways.includes("mesh") && hosts.some(isOutside))
      .flatMap(exported),
    ...objects("DestinationRule")
      .filter(({ spec }) => isOutside(spec.host))
      .flatMap(exported),
  ],
};

function exported({ key, spec }: Read<{ readonly exportTo?: readonly string[] | undefined }>): Violation[] {
  const to = spec.exportTo ?? [];
  if (to.length > 0 && !to.includes("*")) return [];
  return [
    {
      object: key,
      path: "spec.exportTo",
      why: `${to.length === 0 ? "without it" : "with *"} the sidecars of every namespace see the way to an outside host`,
      fix: "name the namespaces that are granted it, or . for its own",
    },
  ];
}
