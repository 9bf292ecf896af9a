import type { Host } from "../../../model/environment.ts";
import type { Json } from "../../manifest.ts";

/**
 * Mode `originate`: the application speaks HTTP, the gateway TLS 1.2 or later. Istio verifies the chain against the
 * system's roots or the given authority, and the name only where neither sni nor subjectAltNames is set: so neither is.
 */
export function originateTls({ caSecret, insecureSkipVerify }: Host): Json {
  return {
    mode: "SIMPLE",
    ...(caSecret === undefined ? {} : { credentialName: caSecret }),
    ...(insecureSkipVerify === undefined ? {} : { insecureSkipVerify }),
  };
}
