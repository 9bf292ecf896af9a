import type { Caller } from "../../../model/environment.ts";
import { isEveryone } from "../../../model/rules/rule.ts";

/** The SPIFFE identity as Istio's policies write it; a whole namespace by its prefix, everyone by the mesh's. */
export function principalOf(caller: Caller, trustDomain: string): string {
  const { namespace, account } = caller;
  if (isEveryone(caller)) return `${trustDomain}/ns/*`;
  return account === undefined
    ? `${trustDomain}/ns/${namespace}/*`
    : `${trustDomain}/ns/${namespace}/sa/${account}`;
}
