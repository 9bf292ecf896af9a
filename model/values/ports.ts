/** The gateway listens this much above ports below 1024, which need a privilege. */
const UNPRIVILEGED_OFFSET = 10_000;

/** Where a gateway's pod listens for a port of its Service: ports below 1024 would need a privilege. */
export function listenerPort(port: number): number {
  return port < 1024 ? UNPRIVILEGED_OFFSET + port : port;
}

/** The port that an http:// address means; its authority may name it or not. */
export const HTTP_PORT = 80;
