import type { Issuer, Monitoring } from "../environment.ts";
import { STDOUT } from "../schema/monitoring.ts";
import type { Sound } from "../sound.ts";
import type { ReportFault } from "../source.ts";

/** Each provider has a name of its own, a log names providers that are there, and none has end users' tokens. */
export function validateMonitoring(
  { monitoring, issuers }: Sound<{ monitoring: Monitoring; issuers: readonly Issuer[] }>,
  fault: ReportFault,
): void {
  if (monitoring === undefined) return;
  checkTokens(monitoring, issuers ?? [], fault);
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

/** Whoever reads a token in a log can use it. */
function checkTokens(
  { headers, redactHeaders }: Sound<Monitoring>,
  issuers: Sound<readonly Issuer[]>,
  fault: ReportFault,
): void {
  headers?.forEach((name, index) => {
    const isTold = redactHeaders?.includes(name) === false;
    if (name === undefined || !isTold || !issuers.some((issuer) => issuer?.header === name)) return;
    fault(
      ["monitoring", "headers", index],
      name,
      "the log would have end users' tokens, which an issuer has in this header",
      "add it to redactHeaders, or remove it",
    );
  });
}
