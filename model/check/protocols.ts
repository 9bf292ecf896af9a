import type { Gateway } from "../environment.ts";
import type { Sound } from "../sound.ts";
import type { ReportFault } from "../source.ts";
import type { Protocol } from "../values/protocols.ts";

type Gateways = Sound<readonly Gateway[]> | undefined;

/**
 * A port that one gateway has for TCP and another for HTTP. Every sidecar knows the Services of all gateways, and where
 * one has HTTP on a port, Istio makes it look at all connections to that port: it waits for the caller's first bytes,
 * so that a server which speaks first is never heard, and takes HTTP for its own.
 */
export function validateProtocols(gateways: Gateways, fault: ReportFault): void {
  const http = new Map(portsFor("http", gateways).map(({ port, gateway }) => [port, gateway]));
  for (const { port, gateway, place } of portsFor("tcp", gateways)) {
    const other = http.get(port);
    if (other !== undefined && other !== gateway)
      fault(
        ["gateways", gateway, "ports", place],
        port,
        `gateways[${other}] has this port for HTTP, which sidecars would wait for on it then`,
        "give one of the two gateways another port",
      );
  }
}

/** The ports of one protocol, with the positions of their gateway and of their own in its list. */
function portsFor(wanted: Protocol, gateways: Gateways = []) {
  return gateways.flatMap((entry, gateway) =>
    (entry?.ports ?? []).flatMap((one, place) =>
      one?.port !== undefined && one.protocol === wanted ? [{ port: one.port, gateway, place }] : [],
    ),
  );
}
