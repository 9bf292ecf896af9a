import { workloadOf } from "../evaluate/gateway.ts";
import { routesOf } from "../evaluate/http-routes.ts";
import { boundTo, isForHttp, selectsPods, serversOf } from "../evaluate/listeners.ts";
import { selects } from "../evaluate/policies.ts";
import { compileRule } from "../evaluate/rule.ts";
import { authenticationsOf, issuersIn } from "../evaluate/tokens.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import type { Objects, Read } from "../manifests/read.ts";
import type { AuthorizationPolicy } from "../manifests/specs.ts";
import type { Unjudged } from "../manifests/unjudged.ts";
import { type Denials, denialsOf } from "./refusals.ts";
import { type Target, untoldIn } from "./samples.ts";

/** A Service with a gateway behind it. */
export interface Entrance {
  /** Its full name. */
  readonly service: string;
  /** `namespace/name`. */
  readonly gateway: string;
  readonly policies: readonly Read<AuthorizationPolicy>[];
  readonly targets: readonly Target[];
  readonly denials: Denials;
  /** Whose tokens it takes. */
  readonly issuers: readonly string[];
  /** The Service's port to a listener of the pods. */
  readonly portOf: (listener: number) => number | undefined;
  /** What of it is not judged. */
  readonly unjudged: readonly Unjudged[];
}

/** The gateways of some manifests: each Service whose pods a Gateway of the same namespace selects. */
export function entrancesIn(objects: Objects, mesh: MeshSettings): Entrance[] {
  return objects("Service").flatMap((service): Entrance[] => {
    if (Object.keys(service.spec.selector ?? {}).length === 0) return [];
    const workload = workloadOf(objects, service);
    const servers = serversOf(objects, workload);
    const foreign = objects("Gateway").filter(
      (gateway) =>
        gateway.namespace !== workload.namespace &&
        Object.keys(gateway.spec.selector ?? {}).length > 0 &&
        selectsPods(gateway, workload),
    );
    const gateway = `${service.namespace}/${service.name}`;
    const unjudged = foreign.map(({ key }) => ({
      object: key,
      why: `adds to the gateway ${gateway} from another namespace, which is not judged`,
    }));
    if (servers.length + foreign.length === 0) return [];
    const { ports = [] } = service.spec;
    const policies = objects("AuthorizationPolicy").filter((one) =>
      selects(one, workload, mesh.rootNamespace),
    );
    const issuers = issuersIn(authenticationsOf(objects, workload, mesh));
    const targets = ports.flatMap(({ port, targetPort = port }) =>
      servers
        .filter(({ server }) => server.port.number === port)
        .flatMap((one) => {
          const names = isForHttp(one)
            ? boundTo(objects, workload.namespace, one.gateway)
                .filter((routes) => routesOf(routes, port).length > 0)
                .flatMap(({ spec }) => spec.hosts)
            : one.server.hosts.map((host) => host.replace(/^.*\//, ""));
          return [...new Set(names)].map((host) => ({
            host,
            isSni: !isForHttp(one),
            listener: Number(targetPort),
          }));
        }),
    );
    return [
      {
        service: `${service.name}.${service.namespace}.svc.cluster.local`,
        gateway,
        policies,
        issuers,
        targets,
        denials: denialsOf(policies, targets),
        portOf: (listener) =>
          ports.find(({ port, targetPort = port }) => Number(targetPort) === listener)?.port,
        unjudged: [
          ...unjudged,
          ...policies.flatMap((policy) => untoldOf(policy, mesh)),
          ...ports
            .filter(({ port, targetPort = port }) => Number.isNaN(Number(targetPort)))
            .map(({ port }) => ({
              object: service.key,
              why: `names the target of its port ${port}, which is not judged`,
            })),
        ],
      },
    ];
  });
}

/** What a policy asks for that nobody can tell of a call, or no row: what it allows by that is in none. */
function untoldOf(
  { key, namespace, spec }: Read<AuthorizationPolicy>,
  { trustDomain }: MeshSettings,
): Unjudged[] {
  const context = { namespace, trustDomain, protocol: "http", isAllow: false } as const;
  const asked = (spec.rules ?? []).flatMap((rule) => compileRule(rule, context)?.unsure ?? []);
  const unjudged = [
    ...((spec.targetRef ?? spec.targetRefs) === undefined ? [] : ["a workload by targetRef"]),
    ...new Set(asked),
  ].map((what) => ({ object: key, why: `asks for ${what}, which is not judged` }));
  const untold = new Set((spec.rules ?? []).flatMap(untoldIn));
  return [
    ...unjudged,
    ...[...untold].map((what) => ({ object: key, why: `asks for ${what}, which no row tells` })),
  ];
}
