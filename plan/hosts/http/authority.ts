import type { Host } from "../../../model/environment.ts";
import { HTTP_PORT } from "../../../model/values/ports.ts";
import { hasOwnCluster } from "./own-cluster.ts";

/**
 * The authorities by which hosts are asked for on a port. A shared cluster connects to the authority's own port, and
 * without one to the scheme's: on any port but 80 only the authority with its port means that port. On port 80 the
 * gateway takes the port off, as a client may write it or not.
 */
export function authoritiesOf(hosts: readonly Host[]): string[] {
  return hosts.flatMap((host) => {
    if (host.port === HTTP_PORT) return [host.host];
    const withPort = `${host.host}:${host.port}`;
    return hasOwnCluster(host) ? [host.host, withPort] : [withPort];
  });
}
