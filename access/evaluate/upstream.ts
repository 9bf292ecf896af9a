import { clientTlsOf } from "../manifests/client-tls.ts";
import { isSeenIn, type Objects, type Read } from "../manifests/read.ts";
import type { ClientTls, Destination, DestinationRule } from "../manifests/specs.ts";
import { addressOf } from "./addresses.ts";
import { withoutPort } from "./http-routes.ts";
import type { Network } from "./network.ts";
import { type Passed, passing } from "./passage.ts";
import type { Workload } from "./policies.ts";
import { remember } from "./remember.ts";
import type { Request } from "./request.ts";
import type { Tell } from "./step.ts";

/** Whether a gateway gets to all that a route names. */
export type Reach = (destinations: readonly Destination[], request: Request, tell: Tell) => Passed;

interface Entry {
  readonly object: string;
  readonly port: number;
  /** It takes the name of each request, and its port. */
  readonly isDynamic: boolean;
}

/** From a gateway out: its registry, how it speaks there, and what its pods' network lets. */
export function upstreamsOf(objects: Objects, workload: Workload, network: Network): Reach {
  const { namespace } = workload;
  const entries = new Map(
    objects("ServiceEntry")
      .filter((entry) => isSeenIn(namespace, entry))
      .flatMap(({ key, spec: { hosts, ports, resolution } }) =>
        ports.flatMap(({ number }) =>
          hosts.map((host): [string, Entry] => [
            `${host}:${number}`,
            { object: key, port: number, isDynamic: resolution === "DYNAMIC_DNS" },
          ]),
        ),
      ),
  );
  const rules = new Map(
    objects("DestinationRule")
      .filter((rule) => isSeenIn(namespace, rule))
      .map((rule): [string, Read<DestinationRule>] => [rule.spec.host, rule]),
  );
  const outside = remember((port: number) =>
    passing(
      network.egress(workload, "outside", port),
      "upstream",
      `the gateway call the outside on port ${port}`,
    ),
  );
  const toAddress = (address: string, port: number) =>
    passing(
      network.egress(workload, { address }, port),
      "upstream",
      `the gateway call ${address} on port ${port}`,
    );

  const reach = (
    { destination: { host, subset, port } }: Destination,
    request: Request,
    tell: Tell,
  ): Passed => {
    const entry = entries.get(`${host}:${port?.number}`);
    if (entry === undefined) {
      tell?.({ at: "upstream", passes: false, says: `the gateway knows no ${host}:${port?.number}` });
      return { gets: false, unsure: [] };
    }
    const rule = rules.get(host);
    const tls = rule && clientTlsOf(rule.spec, subset, port?.number);
    tell?.({ at: "upstream", passes: true, object: rule?.key ?? entry.object, says: spoken(tls, request) });
    const address = addressOutside(entry, request);
    const number = portOutside(entry, tls, request);
    return (address === undefined ? outside(number) : toAddress(address, number))(tell);
  };
  return (destinations, request, tell) => {
    const [first, ...more] = destinations.map((one) => reach(one, request, tell));
    if (first === undefined) return { gets: true, unsure: [] };
    if (more.length === 0) return first;
    const all = [first, ...more];
    return { gets: all.every(({ gets }) => gets), unsure: all.flatMap(({ unsure }) => unsure) };
  };
}

function isEncrypting(tls: ClientTls | undefined): boolean {
  return tls?.mode !== undefined && tls.mode !== "DISABLE";
}

/** Where a connection to the host ends: a dynamic cluster takes the authority's port, or the scheme's own. */
function portOutside({ port, isDynamic }: Entry, tls: ClientTls | undefined, request: Request): number {
  if (!isDynamic || request.protocol !== "http") return port;
  const [, named] = /:(\d+)$/.exec(request.authority) ?? [];
  return named === undefined ? (isEncrypting(tls) ? 443 : 80) : Number(named);
}

/** The address that a dynamic cluster connects to, where the authority is one and no name. */
function addressOutside({ isDynamic }: Entry, request: Request): string | undefined {
  if (!isDynamic || request.protocol !== "http") return undefined;
  return addressOf(withoutPort(request.authority));
}

/** What the gateway speaks to the host. */
function spoken(tls: ClientTls | undefined, { protocol, method }: Request): string {
  if (protocol === "tcp") return "carries the application's own TLS to the host, unopened";
  if (method === "CONNECT") return "carries the application's bytes to the host as they are";
  if (tls === undefined || !isEncrypting(tls)) return "speaks plain HTTP to the host";
  const { mode, credentialName, insecureSkipVerify } = tls;
  const secret = credentialName === undefined ? "" : ` (Secret ${credentialName})`;
  const shown = mode === "MUTUAL" ? `shows a client certificate${secret}, ` : "";
  const authority = mode === "SIMPLE" ? secret : "";
  const looks = insecureSkipVerify
    ? "takes any certificate, unverified"
    : `verifies its certificate${authority}`;
  return `speaks TLS to the host, ${shown}and ${looks}`;
}
