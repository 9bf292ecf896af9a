import type { Transition } from "../../cluster/envoy.ts";
import type { Delivery, Stream } from "../../cluster/istiod.ts";
import type { Pod } from "../../cluster/pods.ts";

/** Who does not have a stage yet, why, and what mends it. */
export interface Lag {
  readonly who: string;
  readonly why: string;
  readonly fix: string;
}

/** A lag in one line. */
export function describe({ who, why }: Lag): string {
  return `${who} ${why}`;
}

/** One istiod that knows a stage's objects. */
export interface IstiodSight {
  /** A push that it began to compute then or later holds the stage's objects; in milliseconds, by its own clock. */
  readonly since: number;
  readonly streams: readonly Stream[];
}

/** Istiod tells times in whole seconds. */
export const SECOND = 1_000;

/** From when on an istiod's pushes hold what it said at this time that it has read. */
export function sinceRead(date: number): number {
  return date + SECOND;
}

/** What one look at the mesh shows. */
interface Sight {
  readonly istiods: readonly IstiodSight[];
  /** The gateways' pods, with what their Envoys say of themselves, or why they say nothing. */
  readonly gateways: readonly { readonly pod: Pod; readonly envoy: Transition | string }[];
  /** The pods with a sidecar in the namespaces that see the objects. */
  readonly sidecars: readonly Pod[];
}

/**
 * Who does not have a stage yet; nobody, and the next stage may begin.
 *
 * A gateway's pod counts as long as its Envoy runs, ready or not: it may serve old connections by old rules. A sidecar
 * counts while it is ready: one that is not has no part in its application's traffic yet, or any more, and a gateway
 * holds back what it must not let through.
 *
 * @param drained also wait until connections that were accepted under older rules are gone from the gateways
 */
export function lagsIn({ istiods, gateways, sidecars }: Sight, drained: boolean): Lag[] {
  const counted = [
    ...gateways.flatMap(({ pod }) => (pod.running ? [pod] : [])),
    ...sidecars.filter(({ ready, ending }) => ready && !ending),
  ];
  return [
    ...counted.flatMap((pod) => {
      const streams = istiods.flatMap(({ since, streams }) =>
        streams
          .filter(({ proxy }) => proxy === proxyOf(pod))
          .map(({ deliveries }) => ({ since, deliveries })),
      );
      return named(pod, proxyLag(streams));
    }),
    ...gateways.flatMap(({ pod, envoy }) => (pod.running ? named(pod, envoyLag(envoy, drained)) : [])),
  ];
}

/** A pod's proxy as istiod names it. */
export function proxyOf({ name, namespace }: Pod): string {
  return `${name}.${namespace}`;
}

type Reason = Omit<Lag, "who">;

function named(pod: Pod, reason: Reason | undefined): Lag[] {
  return reason === undefined ? [] : [{ who: `${pod.namespace}/${pod.name}`, ...reason }];
}

const LISTENERS = "Listener";
/** The type of routes in istiod's words. */
export const ROUTES = "RouteConfiguration";
/** What Envoy takes from istiod, in the order in which istiod sends it. */
const TYPES = ["Cluster", "ClusterLoadAssignment", LISTENERS, ROUTES, "TypedExtensionConfig"];
/** What each push of a marker ends with; what else a push holds was sent before these. */
const LAST_TYPES = [LISTENERS, ROUTES];

interface StreamSight {
  readonly since: number;
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** Only a live stream can take a new push, so one that did tells for its proxy, whatever others are left of it. */
function proxyLag(streams: readonly StreamSight[]): Reason | undefined {
  const reasons = streams.map(streamLag);
  if (reasons.length === 0)
    return {
      why: "is connected to no istiod",
      fix: "see the log of its container istio-proxy, or end the pod",
    };
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/**
 * What was sent last need not be taken, as others' changes may come without end, if what was taken is new enough. Of
 * what no push since then held, all that was sent has to be taken.
 */
function streamLag({ since, deliveries }: StreamSight): Reason | undefined {
  const sent = TYPES.flatMap((type) => {
    const delivery = deliveries.get(type);
    return delivery?.sent === undefined ? [] : [{ ...delivery, type, sent: delivery.sent }];
  });
  const isNew = (nonce: string | undefined) => nonce !== undefined && pushTime(nonce) >= since;
  const open = sent.filter(({ sent, acked }) => sent !== acked && !isNew(acked));
  const refused = open.find(({ lastError }) => lastError !== undefined);
  if (refused !== undefined)
    return {
      why: `refuses ${refused.type} of ${timeOf(refused.sent)}: ${refused.lastError?.trim()}`,
      fix: "mend what its Envoy names; often it is an EnvoyFilter that this version does not take",
    };
  // A type that it asked for and was not sent yet counts; that of listeners each proxy asks for.
  const old = LAST_TYPES.find(
    (type) => (type === LISTENERS || deliveries.has(type)) && !isNew(deliveries.get(type)?.sent),
  );
  if (old !== undefined) {
    const before = deliveries.get(old)?.sent;
    return {
      why: `was sent no ${old} since ${before === undefined ? "it connected" : timeOf(before)}`,
      fix: "see istiod's log; a Sidecar in the pod's namespace has to import the gateway's namespace",
    };
  }
  const slow = open[0];
  if (slow === undefined) return undefined;
  return {
    why: `has not taken ${slow.type} of ${timeOf(slow.sent)}`,
    fix: "see the log of its container istio-proxy, or end the pod",
  };
}

/** Whether all that a stream lacks is routes, which it may have no use for any more. */
export function lacksRoutesAlone(stream: StreamSight): boolean {
  const others = [...stream.deliveries].filter(([type]) => type !== ROUTES);
  const deliveries = new Map(others);
  return streamLag(stream) !== undefined && streamLag({ ...stream, deliveries }) === undefined;
}

function timeOf(nonce: string): string {
  return nonce.split("/", 1)[0] ?? nonce;
}

function envoyLag(envoy: Transition | string, drained: boolean): Reason | undefined {
  if (typeof envoy === "string") return { why: `can't be asked: ${envoy}`, fix: rightsFix("the gateway's") };
  if (envoy.warmingClusters + envoy.warmingListeners > 0)
    return {
      why: `has ${envoy.warmingClusters} clusters and ${envoy.warmingListeners} listeners that still wait`,
      fix: "they wait for a certificate, a Secret or an answer of DNS: see the log of its container istio-proxy",
    };
  if (drained && envoy.drainingListeners + envoy.drainingChains > 0)
    return {
      why: `serves old connections by ${envoy.drainingChains} filter chains and ${envoy.drainingListeners} listeners`,
      fix: "they end after the gateway's drainSeconds; give more time with --gate-timeout",
    };
  return undefined;
}

/** What mends a pod that can't be asked. */
export function rightsFix(whose: string): string {
  return `see that the pod runs, and that you may create pods/portforward in ${whose} namespace`;
}

/** When istiod began to compute the push that a nonce names, in whole seconds; NaN for the state it started with. */
export function pushTime(nonce: string): number {
  const [begun, rest] = nonce.split("/", 2);
  return rest === undefined ? Number.NaN : Date.parse(begun ?? "");
}
