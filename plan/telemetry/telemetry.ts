import type { Gateway } from "../../model/environment.ts";
import { gatewaySelector, inGatewayNamespace } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import { hostCounters } from "./counters.ts";

/** What one sees of a gateway: a line for each request or connection, and counters by host and caller. */
export function telemetry(gateway: Gateway): Manifest[] {
  return [accessLog(gateway), hostCounters(gateway)];
}

/** `envoy` is the provider that Istio always has: text lines on the proxy's standard output. */
function accessLog(gateway: Gateway): Manifest {
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
