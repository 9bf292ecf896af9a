import { COUNTER_PREFIX } from "../plan/telemetry/counters.ts";

/** How Prometheus calls one of the gateways' counters: Envoy puts its own name before them. */
const counter = (name: string) => `envoy_${COUNTER_PREFIX}_${name}`;

/** The gateways' own counters, as Prometheus has them. */
export const METRICS = {
  requests: counter("requests"),
  audited: counter("audited"),
  connections: counter("connections"),
  refusedConnections: counter("refused_connections"),
  sentBytes: counter("sent_bytes"),
  receivedBytes: counter("received_bytes"),
  /** In milliseconds. */
  duration: counter("request_duration"),
} as const;

/** The scrape job's name, by which a gateway's pods are known to be there. */
export const JOB = "sallyport";

/**
 * The rules that refuse: no rule at all, a deny rule, a route of not-found, a token or an authorizer that said no, or
 * one that istiod does not find (the policy that stands for it denies all).
 */
const REFUSING = String.raw`none|ext_authz|jwt_authn|refused:.*|.+-deny-[0-9a-f]{10}\\]-rule.*|.+-bad-CUSTOM-action`;

/** What a request's rule and code say, as a selector's part. gRPC is refused with 200, and a status of its own. */
export const REFUSED = `rule=~"${REFUSING}",code=~"200|4.."`;
export const ALLOWED = `rule!~"${REFUSING}"`;

/** Envoy's short words for a connection that never was, or broke, at the host's side. */
export const UPSTREAM_FAILED = 'flags=~".*(UF|UH|UO|UC|URX|DF|NC).*"';

/** A query's result with a policy's name alone where Envoy says `ns[egress]-policy[name]-rule[0]`. */
export function byPolicyName(query: string): string {
  return String.raw`label_replace(${query}, "rule", "$1", "rule", "ns\\[.*\\]-policy\\[(.*)\\]-rule.*")`;
}

/** A query's result with the caller's namespace, from its identity, as a label. */
export function byCallerNamespace(query: string): string {
  return `label_replace(${query}, "caller_namespace", "$1", "principal", "spiffe://[^/]+/ns/([^/]+)/.*")`;
}
