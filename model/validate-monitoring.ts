import type { Monitoring } from "./environment.ts";
import { STDOUT } from "./schema-monitoring.ts";
import type { Sound } from "./sound.ts";
import type { ReportFault } from "./source.ts";

/** Each provider has a name of its own, and a log names providers that are there. */
export function validateMonitoring(monitoring: Sound<Monitoring> | undefined, fault: ReportFault): void {
  if (monitoring === undefined) return;
  const { providers } = monitoring;
  const known = new Set([STDOUT]);
  providers?.forEach((provider, index) => {
    const name = provider?.name;
    if (name === undefined) return;
    if (known.has(name))
      fault(
        ["monitoring", "providers", index, "name"],
        name,
        name === STDOUT ? "stdout is there by itself" : "another provider has this name",
        name === STDOUT ? "remove it here" : "give each provider its own name",
      );
    known.add(name);
  });
  // A provider whose own name is at fault may be the one that is meant.
  if (providers === undefined || providers.some((provider) => provider?.name === undefined)) return;
  for (const log of ["access", "errors"] as const)
    monitoring[log]?.forEach((name, index) => {
      if (name !== undefined && !known.has(name))
        fault(
          ["monitoring", log, index],
          name,
          "no provider has this name",
          `write one of ${[...known].join(", ")}, or add it to monitoring.providers`,
        );
    });
}
