import type { Manifest } from "../plan/manifest.ts";

interface Route {
  readonly match?: readonly { readonly port?: number }[];
}

/** By labels, as Kubernetes' own selectors are written. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export type Labels = Readonly<Record<string, string>>;

/** What is read of each kind's spec; others wrote them, so that any field may be left out. */
export interface Specs {
  readonly AuthorizationPolicy: {
    readonly selector?: LabelSelector;
    readonly targetRefs?: readonly object[];
    readonly action?: string;
    readonly rules?: readonly object[];
  };
  readonly DestinationRule: {
    readonly host?: string;
    readonly exportTo?: readonly string[];
    readonly workloadSelector?: LabelSelector;
  };
  readonly EnvoyFilter: {
    readonly workloadSelector?: { readonly labels?: Labels };
    readonly targetRefs?: readonly object[];
    readonly configPatches?: readonly { readonly match?: { readonly context?: string } }[];
  };
  readonly Gateway: { readonly selector?: Labels };
  readonly Namespace: object;
  readonly NetworkPolicy: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly egress?: readonly object[];
  };
  readonly Service: {
    readonly ports?: readonly {
      readonly port: number;
      readonly name?: string;
      readonly appProtocol?: string;
    }[];
  };
  readonly ServiceEntry: {
    readonly hosts?: readonly string[];
    readonly exportTo?: readonly string[];
    readonly ports?: readonly { readonly number?: number; readonly protocol?: string }[];
  };
  readonly Sidecar: {
    readonly workloadSelector?: { readonly labels?: Labels };
    readonly egress?: readonly { readonly port?: object; readonly hosts?: readonly string[] }[];
    readonly outboundTrafficPolicy?: { readonly mode?: string };
  };
  readonly Telemetry: {
    readonly selector?: LabelSelector;
    readonly targetRefs?: readonly object[];
    readonly accessLogging?: readonly object[];
  };
  readonly VirtualService: {
    readonly hosts?: readonly string[];
    readonly exportTo?: readonly string[];
    readonly gateways?: readonly string[];
    readonly http?: readonly Route[];
    readonly tls?: readonly Route[];
    readonly tcp?: readonly Route[];
  };
}

/** An object as the API server gave it. */
export type LiveObject<K extends keyof Specs> = Manifest & { readonly kind: K; readonly spec: Specs[K] };

/** All objects of a kind; their shape is the API server's to check. */
export function liveObjects<K extends keyof Specs>(objects: readonly Manifest[], kind: K): LiveObject<K>[] {
  return objects
    .filter((object) => object.kind === kind)
    .map((object) => ({ ...object, spec: object.spec ?? {} }) as unknown as LiveObject<K>);
}

/** Whether labels are selected; everything is by a selector that is empty or left out. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const among = value !== undefined && values.includes(value);
      return operator === "In" ? among : !among;
    })
  );
}

/**
 * Whether what an object exports is seen in a namespace.
 *
 * @param byDefault where objects without exportTo are seen: the mesh's own setting
 */
export function isSeenIn(
  object: LiveObject<"ServiceEntry" | "VirtualService">,
  namespace: string,
  byDefault: readonly string[] = ["*"],
): boolean {
  const { exportTo = [] } = object.spec;
  return isShownIn(exportTo.length > 0 ? exportTo : byDefault, object.metadata.namespace, namespace);
}

/** Whether an exportTo of an object in a namespace, its home, shows it in another. */
export function isShownIn(exportTo: readonly string[], home: string | undefined, namespace: string): boolean {
  return exportTo.some(
    (target) => target === "*" || target === namespace || (target === "." && home === namespace),
  );
}

/** Whether a pattern of Istio's (`*`, `*.local`, a name) stands for a name, or for all names of a wildcard. */
export function covers(pattern: string, name: string): boolean {
  if (pattern === name || pattern === "*") return true;
  return pattern.startsWith("*") && name.replace(/^\*/, "").endsWith(pattern.slice(1));
}
