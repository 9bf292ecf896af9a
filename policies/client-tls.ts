import type { ClientTls, DestinationRule, TrafficPolicy } from "../access/manifests/specs.ts";

/** The TLS settings that a part of a DestinationRule has. */
export interface TlsOfPart {
  /** Where they stand, such as `spec.trafficPolicy.tls`. */
  readonly path: string;
  /** The port that they alone are for; undefined for those of all ports. */
  readonly port: number | undefined;
  /** Undefined where a port's own settings leave TLS out: they take the place of all others. */
  readonly tls: ClientTls | undefined;
}

/** Every part of a DestinationRule that decides on TLS: the whole, ports, subsets and their ports. */
export function tlsOf({ trafficPolicy, subsets = [] }: DestinationRule): TlsOfPart[] {
  return [
    ...ofPolicy(trafficPolicy, "spec.trafficPolicy"),
    ...subsets.flatMap((subset, index) =>
      ofPolicy(subset.trafficPolicy, `spec.subsets[${index}].trafficPolicy`),
    ),
  ];
}

function ofPolicy({ tls, portLevelSettings = [] }: TrafficPolicy = {}, path: string): TlsOfPart[] {
  return [
    ...(tls === undefined ? [] : [{ path: `${path}.tls`, port: undefined, tls }]),
    ...portLevelSettings.map((settings, index) => ({
      path: `${path}.portLevelSettings[${index}].tls`,
      port: settings.port?.number,
      tls: settings.tls,
    })),
  ];
}
