import type { Gateway } from "../../model/environment.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Manifest } from "../manifest.ts";

/** A line for each request or connection. `envoy` is the provider that Istio always has: text on standard output. */
export function accessLog(gateway: Gateway): Manifest {
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: inGatewayNamespace(gateway, `${gateway.name}-access-log`),
    spec: {
      selector: { matchLabels: gatewaySelector(gateway.name) },
      accessLogging: [{ providers: [{ name: "envoy" }] }],
    },
  };
}
