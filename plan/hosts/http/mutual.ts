import type { Host } from "../../../model/environment.ts";
import type { Json } from "../../manifest.ts";

/**
 * Mode `mutual`: as originate, and the gateway shows a client certificate. It comes from a Secret by istiod's secret
 * discovery, which follows the Secret when it is rotated, and so does the authority in its ca.crt.
 */
export function mutualTls({ clientSecret = "", insecureSkipVerify }: Host): Json {
  return {
    mode: "MUTUAL",
    credentialName: clientSecret,
    ...(insecureSkipVerify === undefined ? {} : { insecureSkipVerify }),
  };
}
