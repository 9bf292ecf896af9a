import type { Probe } from "../access/evaluate/evaluate.ts";
import type { Headers } from "../access/evaluate/request.ts";
import type { MeshSettings } from "../access/manifests/mesh.ts";
import type { Mesh } from "../model/environment.ts";
import type { Json } from "../plan/manifest.ts";

/** A call that somebody asks about. */
export interface Call {
  readonly namespace: string;
  readonly account: string;
  /** In lower case; an IPv6 address without brackets. */
  readonly host: string;
  /** What the host is called by, where that is a name whose address decides; absent where it is not known. */
  readonly address?: string;
  readonly port: number;
  readonly scheme: Probe["scheme"];
  /** Absent where the question names none. */
  readonly method?: string;
  /** Absent where the question names none. */
  readonly path?: string;
  /** Their names are in lower case. */
  readonly headers: Headers;
  /** Of the end user's token; absent where there is none. */
  readonly claims?: Readonly<Record<string, Json>>;
}

/** The call as the evaluator takes it. */
export function probeOf(call: Call, { trustDomain }: Mesh): Probe {
  const { namespace, account, host, address, port, scheme, method, path, headers, claims } = call;
  return {
    principal: `${trustDomain}/ns/${namespace}/sa/${account}`,
    host,
    ...(address === undefined ? {} : { address }),
    port,
    scheme,
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    headers,
    ...(claims === undefined ? {} : { claims }),
  };
}

/** What the evaluator has to know of a mesh: of paths what preflight asks for where rules look at them. */
export function meshOf({ trustDomain, outboundTrafficPolicy, namespace }: Mesh): MeshSettings {
  return { trustDomain, outboundTrafficPolicy, rootNamespace: namespace, pathNormalization: "MERGE_SLASHES" };
}
