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

/** The TLS settings that a part of a DestinationRule has. */
export interface TlsOfPart {
  /** Where they stand, such as `spec.trafficPolicy.tls`. */
  readonly path: string;
  /** The port that they alone are for; undefined for those of all ports. */
  readonly port: number | undefined;
  /** The subset that they alone are for. */
  readonly subset: string | undefined;
  /** Undefined where a port's own settings leave TLS out: they take the place of all others. */
  readonly tls: ClientTls | undefined;
}

/** Every part of a DestinationRule that decides on TLS: the whole, ports, subsets and their ports. */
export function tlsOf({ trafficPolicy, subsets = [] }: DestinationRule): TlsOfPart[] {
  return [
    ...ofPolicy(trafficPolicy, "spec.trafficPolicy"),
    ...subsets.flatMap(({ name, trafficPolicy: own }, index) =>
      ofPolicy(own, `spec.subsets[${index}].trafficPolicy`, name),
    ),
  ];
}

function ofPolicy(
  { tls, portLevelSettings = [] }: TrafficPolicy = {},
  path: string,
  subset?: string,
): TlsOfPart[] {
  return [
    ...(tls === undefined ? [] : [{ path: `${path}.tls`, port: undefined, subset, tls }]),
    ...portLevelSettings.map((settings, index) => ({
      path: `${path}.portLevelSettings[${index}].tls`,
      port: settings.port?.number,
      subset,
      tls: settings.tls,
    })),
  ];
}
