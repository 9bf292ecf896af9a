import { gatewayNodes } from "./gateway-nodes.ts";
import { hopIdentity } from "./hop-identity.ts";
import { knownForm } from "./known-form.ts";
import { lockdownKept } from "./lockdown-kept.ts";
import type { Rule } from "./rule.ts";
import { scopedExport } from "./scoped-export.ts";
import { verifiedOrigination } from "./verified-origination.ts";

/** Every rule of the policy pack. */
export const RULES: readonly Rule[] = [
  hopIdentity,
  verifiedOrigination,
  scopedExport,
  lockdownKept,
  gatewayNodes,
  knownForm,
];
