import { atHosts, called, enumerate, type Finding } from "./finding.ts";
import { isShownIn, type LiveObject } from "./live.ts";
import { isImported, lockdownSidecar } from "./sidecars.ts";
import { clientNamespaces, isGrantedTo, type Situation } from "./situation.ts";

/** The annotation by which a Service is kept to some namespaces; all by default. */
const EXPORT_TO = "networking.istio.io/exportTo";

/**
 * Others' Services with HTTP on a port that a TCP host has. Where a sidecar knows one, Istio makes it look at all
 * connections to that port, so that it waits for the caller's first bytes.
 */
export function findHttpOnTcpPorts(situation: Situation): Finding[] {
  const hosts = situation.declared.filter(({ mode }) => mode === "tcp");
  if (hosts.length === 0) return [];
  const clients = clientNamespaces(situation);
  return situation.foreign("Service").flatMap((service) => {
    const ports = new Set((service.spec.ports ?? []).filter(isHttp).map(({ port }) => port));
    const seenBy = ports.size === 0 ? [] : clients.filter((client) => isKnownIn(situation, client, service));
    return atHosts(
      "warning",
      hosts.filter((host) => ports.has(host.port) && seenBy.some((client) => isGrantedTo(host, client))),
      `${called(service)} has HTTP on this port: sidecars in ${enumerate(seenBy)} wait for the caller's first bytes there, so that a server that speaks first is not heard, and take HTTP for their own`,
      `keep it from them by the annotation ${EXPORT_TO}, or give its port a name that does not begin with http or grpc`,
    );
  });
}

function isHttp({
  name = "",
  appProtocol,
}: {
  readonly name?: string;
  readonly appProtocol?: string;
}): boolean {
  return /^(?:http|http2|grpc|grpc-web)$/i.test(appProtocol ?? name.replace(/-.*/, ""));
}

/** Whether a namespace's sidecars know a Service: it shows itself to them, and a lockdown there leaves it in. */
function isKnownIn(situation: Situation, client: string, service: LiveObject<"Service">): boolean {
  const { namespace = "", name, annotations = {} } = service.metadata;
  const exportTo = (annotations[EXPORT_TO] ?? "*").split(",").map((target) => target.trim());
  const { egress = [{ hosts: ["*/*"] }] } = lockdownSidecar(situation, client)?.spec ?? {};
  const imports = egress.flatMap(({ hosts = [] }) =>
    hosts.map((entry) => entry.replace(/^\.\//, `${client}/`)),
  );
  return (
    isShownIn(exportTo, namespace, client) &&
    isImported(imports, namespace, `${name}.${namespace}.svc.cluster.local`)
  );
}
