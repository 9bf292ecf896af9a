import type { Asked } from "./asked.ts";
import { allOf, anyOf, type LogFilter, leftBy, type Question, where } from "./log-filter.ts";

/** The beginning of a route's name that answers 404 for what is declared as not found. */
export const REFUSED_ROUTE = "refused:";

/** Envoy's policies leave such beginnings in the details of what they end; nothing outside can. */
const ENDED_BY_POLICY = "rbac_access_denied";
/** An authorizer's no or silence, and a token that does not hold. */
const ENDED_BY_OTHERS = ["ext_authz", "jwt_authn"] as const;

/** Istio writes what a policy under audit would have done to the metadata of Envoy's policy filter. */
export const WOULD_REFUSE = "istio_dry_run_deny_shadow_effective_policy_id";
/** The policy that let a request through, or refused it. */
export const DECIDED = "enforced_effective_policy_id";
const WOULD = "istio_dry_run_deny_shadow_engine_result";
export const HTTP_POLICY = "envoy.filters.http.rbac";
export const CONNECTION_POLICY = "envoy.filters.network.rbac";

/** In CEL: what Envoy's filter left in a request's or connection's metadata. */
function metadata(filter: string, key: string): string {
  return `metadata.filter_metadata['${filter}']['${key}']`;
}

/** In CEL: whether the filter left that; to ask for what is not there is an error. */
function hasMetadata(filter: string, key: string): string {
  return `'${filter}' in metadata.filter_metadata && '${key}' in metadata.filter_metadata['${filter}']`;
}

/** In CEL: the request's details begin so. */
function detailsBegin(beginning: string): string {
  return `(has(response.code_details) && response.code_details.startsWith('${beginning}'))`;
}

/** In CEL: the route refuses. */
export const BY_ROUTE = `(has(xds.route_name) && xds.route_name.startsWith('${REFUSED_ROUTE}'))`;
/** Whether policies ran to their end and let a request pass. What an authorizer or a token ends, they never see. */
const RESULT = "enforced_engine_result";
export const ALLOWED: Question = {
  yes: leftBy(HTTP_POLICY, RESULT, "allowed"),
  no: leftBy(HTTP_POLICY, RESULT, "denied", { otherwise: true }),
};
/** A policy, an authorizer or a token refused the request, whatever its code: gRPC is refused with 200. */
const REFUSED_REQUEST = allOf(
  ALLOWED.no,
  where([ENDED_BY_POLICY, ...ENDED_BY_OTHERS].map(detailsBegin).join(" || ")),
);

/** A policy under audit would have refused. */
export const AUDITED_REQUEST = leftBy(HTTP_POLICY, WOULD, "denied");
export const AUDITED_CONNECTION = leftBy(CONNECTION_POLICY, WOULD, "denied");

/** In CEL: a policy ended the connection. */
export const REFUSED_CONNECTION = `(has(connection.termination_details) && connection.termination_details.startsWith('${ENDED_BY_POLICY}'))`;

/** The request was forbidden, or would have been. */
export function forbiddenRequest({ audits, notFound }: Asked): LogFilter {
  const others = [...(audits ? [AUDITED_REQUEST] : []), ...(notFound ? [where(BY_ROUTE)] : [])];
  return others.length === 0 ? REFUSED_REQUEST : anyOf(REFUSED_REQUEST, ...others);
}

/** The connection was forbidden, or would have been. */
export function forbiddenConnection({ audits }: Asked): LogFilter {
  const refused = where(REFUSED_CONNECTION);
  return audits ? anyOf(refused, AUDITED_CONNECTION) : refused;
}

/** In CEL: what decided on a request, as the log's `rule` and `route` have it; never anything that a client chose. */
export const DECIDED_BY =
  `${BY_ROUTE} ? xds.route_name : ` +
  ENDED_BY_OTHERS.map((beginning) => `${detailsBegin(beginning)} ? '${beginning}' : `).join("") +
  `${hasMetadata(HTTP_POLICY, DECIDED)} ? ${metadata(HTTP_POLICY, DECIDED)} : 'none'`;
