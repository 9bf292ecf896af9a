import type { Manifest } from "../plan/manifest.ts";

interface Port {
  readonly number: number;
}
interface Destination {
  readonly destination: { readonly host: string; readonly subset?: string; readonly port?: Port };
}

/** What is read of a VirtualService. */
export interface VirtualService {
  readonly hosts: readonly string[];
  readonly exportTo?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly {
    readonly match?: readonly {
      readonly port?: number;
      readonly authority?: { readonly exact?: string; readonly regex?: string };
    }[];
    readonly route: readonly Destination[];
  }[];
  readonly tls?: readonly {
    readonly match: readonly { readonly port?: number; readonly sniHosts: readonly string[] }[];
    readonly route: readonly Destination[];
  }[];
  readonly tcp?: readonly {
    readonly match?: readonly { readonly port?: number; readonly destinationSubnets?: readonly string[] }[];
    readonly route: readonly Destination[];
  }[];
}

/** What is read of a ServiceEntry. */
export interface ServiceEntry {
  readonly hosts: readonly string[];
  readonly exportTo?: readonly string[];
  readonly ports: readonly Port[];
}

/** What is read of a Gateway. */
export interface Gateway {
  readonly servers: readonly { readonly port: Port }[];
}

/** What is read of a DestinationRule. */
export interface DestinationRule {
  readonly host: string;
  readonly exportTo?: readonly string[];
  readonly subsets?: readonly { readonly name: string }[];
}

/** What is read of an AuthorizationPolicy. */
export interface AuthorizationPolicy {
  readonly action?: string;
  readonly rules?: readonly {
    readonly from?: readonly { readonly source: { readonly principals?: readonly string[] } }[];
    readonly to?: readonly {
      readonly operation: { readonly hosts?: readonly string[]; readonly ports?: readonly string[] };
    }[];
    readonly when?: readonly { readonly key: string; readonly values?: readonly string[] }[];
  }[];
}

interface Kinds {
  readonly VirtualService: VirtualService;
  readonly ServiceEntry: ServiceEntry;
  readonly Gateway: Gateway;
  readonly DestinationRule: DestinationRule;
  readonly AuthorizationPolicy: AuthorizationPolicy;
}

/** The specs of all manifests of a kind; their shape is the API server's to check. */
export function specsOf<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K): Kinds[K][] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ spec }) => spec as unknown as Kinds[K]);
}
