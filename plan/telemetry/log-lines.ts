import type { Gateway, Monitoring } from "../../model/environment.ts";
import type { Json } from "../manifest.ts";
import type { Asked } from "./asked.ts";
import { CALLER_ACCOUNT, CALLER_NAMESPACE, PRINCIPAL } from "./identity.ts";
import { CONNECTION_POLICY, DECIDED, HTTP_POLICY, WOULD_REFUSE } from "./refusals.ts";

/** A line of the log: each field's name, and what Envoy writes for it. What has no value is left out. */
export type Line = Readonly<Record<string, string>>;

export type Level = "info" | "error";

/** Where the gateway keeps a request's id for the log: routes take the header away, as it stays inside. */
export const REQUEST_ID = "sallyport.request_id";

const CALLER: Line = {
  sourcePrincipal: PRINCIPAL,
  sourceNamespace: CALLER_NAMESPACE.format,
  sourceAccount: CALLER_ACCOUNT.format,
  sourceAddress: "%DOWNSTREAM_REMOTE_ADDRESS%",
};

/** How it went, for requests and connections. */
const OUTCOME: Line = {
  termination: "%CONNECTION_TERMINATION_DETAILS%",
  flags: "%RESPONSE_FLAGS%",
  route: "%ROUTE_NAME%",
  bytesReceived: "%BYTES_RECEIVED%",
  bytesSent: "%BYTES_SENT%",
  durationMs: "%DURATION%",
  upstream: "%UPSTREAM_HOST%",
  upstreamFailure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  cluster: "%UPSTREAM_CLUSTER%",
};

/** What Envoy calls the moment: `DownstreamEnd`, or `TcpUpstreamConnected` where a connection opens. */
const EVENT: Line = { time: "%START_TIME%", event: "%ACCESS_LOG_TYPE%" };

/** What of a request is told. */
type Telling = Pick<Monitoring, "query" | "headers" | "redactHeaders">;

/** A request's own fields. */
function requestFields({ query, headers, redactHeaders }: Telling): Line {
  const field = (name: string) => (redactHeaders.includes(name) ? redacted(name) : `%REQ(${name})%`);
  return {
    host: "%REQ(:AUTHORITY)%",
    method: "%REQ(:METHOD)%",
    path: query === "strip" ? "%PATH(NQ:PATH)%" : "%PATH(WQ:PATH)%",
    protocol: "%PROTOCOL%",
    code: "%RESPONSE_CODE%",
    details: "%RESPONSE_CODE_DETAILS%",
    upstreamMs: "%RESPONSE_DURATION%",
    userAgent: field("user-agent"),
    ...Object.fromEntries(headers.map((name) => [`header.${name}`, field(name)])),
  };
}

/** Says that a header was there, and nothing of what it held. To ask for one that was not is an error: no value. */
function redacted(header: string): string {
  return `%CEL(request.headers['${header}'] == '' ? 'redacted' : 'redacted')%`;
}

function wouldRefuse(filter: string, { audits }: Asked): Line {
  return audits ? { wouldRefuse: `%DYNAMIC_METADATA(${filter}:${WOULD_REFUSE})%` } : {};
}

/** A line of a gateway for a request: HTTP, or CONNECT of a TCP host. */
export function gatewayRequest(gateway: Gateway, monitoring: Monitoring, asked: Asked, level: Level): Line {
  return {
    level,
    ...EVENT,
    ...requestFields(monitoring),
    ...CALLER,
    ...(asked.users ? { user: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:sub)%" } : {}),
    rule: `%DYNAMIC_METADATA(${HTTP_POLICY}:${DECIDED})%`,
    ...wouldRefuse(HTTP_POLICY, asked),
    ...OUTCOME,
    gateway: gateway.name,
    pod: "%HOSTNAME%",
    requestId: `%FILTER_STATE(${REQUEST_ID}:PLAIN)%`,
  };
}

/** A line of a gateway for a connection that carries TLS. */
export function gatewayConnection(gateway: Gateway, asked: Asked, level: Level): Line {
  return {
    level,
    ...EVENT,
    sni: "%REQUESTED_SERVER_NAME%",
    ...CALLER,
    ...wouldRefuse(CONNECTION_POLICY, asked),
    ...OUTCOME,
    gateway: gateway.name,
    pod: "%HOSTNAME%",
    connectionId: "%STREAM_ID%",
  };
}

/** A sidecar is its workload's own, and knows whose. */
const REPORTER: Line = {
  reporter: "sidecar",
  sourceNamespace: "%CEL(xds.node.metadata['NAMESPACE'])%",
  sourceAccount: "%CEL(xds.node.metadata['SERVICE_ACCOUNT'])%",
};

/** A line of a caller's sidecar. `localAddress` is `sourceAddress` in the gateway's line. */
export function sidecarRequest(monitoring: Telling, level: Level): Line {
  return {
    level,
    ...EVENT,
    ...REPORTER,
    ...requestFields(monitoring),
    ...OUTCOME,
    localAddress: "%UPSTREAM_LOCAL_ADDRESS%",
    pod: "%HOSTNAME%",
    requestId: "%REQ(X-REQUEST-ID)%",
  };
}

/** As {@link sidecarRequest}, for a connection. */
export function sidecarConnection(level: Level): Line {
  return {
    level,
    ...EVENT,
    ...REPORTER,
    sni: "%REQUESTED_SERVER_NAME%",
    destination: "%DOWNSTREAM_LOCAL_ADDRESS%",
    ...OUTCOME,
    localAddress: "%UPSTREAM_LOCAL_ADDRESS%",
    pod: "%HOSTNAME%",
  };
}

/** A line as JSON on a line of its own, for a file or standard output. */
export function jsonFormat(line: Line): Json {
  return { json_format: line, omit_empty_values: true };
}
