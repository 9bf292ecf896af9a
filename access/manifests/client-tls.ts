import type { ClientTls, DestinationRule, TrafficPolicy } from "./specs.ts";

/** How a DestinationRule has proxies speak TLS to a port; undefined where it does not say. */
export function clientTlsOf(
  { trafficPolicy, subsets = [] }: DestinationRule,
  subset: string | undefined,
  port: number | undefined,
): ClientTls | undefined {
  const own = subsets.find(({ name }) => name === subset)?.trafficPolicy;
  return tlsBy(own, port, tlsBy(trafficPolicy, port));
}

/** @param otherwise what holds where the policy says nothing; a port's own settings leave nothing of it */
function tlsBy(policy: TrafficPolicy = {}, port: number | undefined, otherwise?: ClientTls) {
  const { tls = otherwise, portLevelSettings = [] } = policy;
  const ofPort = portLevelSettings.find((settings) => settings.port?.number === port);
  return ofPort === undefined ? tls : ofPort.tls;
}
