import { internet } from "../addresses.ts";
import { hasIpv6 } from "../network/ipv6.ts";
import type { Endpoint } from "./server.ts";

export const protocols = ["http", "https", "ws", "wss", "grpc", "grpcs", "tcp"] as const;

/** A place where the internet answers, and what it speaks there. */
export interface Listener extends Endpoint {
  readonly protocol: (typeof protocols)[number];
  /** Over TLS: only to clients with a certificate. */
  readonly mutual?: true;
}

/** Everything that listens but the name server. */
export const listeners: readonly Listener[] = [
  ...web(internet.web),
  { address: internet.mutual, port: 443, protocol: "https", mutual: true },
  { address: internet.mutual, port: 8443, protocol: "wss", mutual: true },
  { address: internet.mutual, port: 50051, protocol: "grpcs", mutual: true },
  { address: internet.webSocket, port: 80, protocol: "ws" },
  { address: internet.webSocket, port: 443, protocol: "wss" },
  { address: internet.grpc, port: 50051, protocol: "grpc" },
  { address: internet.grpc, port: 443, protocol: "grpcs" },
  ...internet.tcp.map(line),
  ...(hasIpv6
    ? [...[internet.web6, ...Object.values(internet.inside6)].flatMap(web), ...internet.tcp6.map(line)]
    : []),
];

function web(address: string): Listener[] {
  return [
    { address, port: 80, protocol: "http" },
    { address, port: 8080, protocol: "http" },
    { address, port: 443, protocol: "https" },
    { address, port: 5432, protocol: "tcp" },
    { address, port: 6379, protocol: "tcp" },
  ];
}

function line(address: string): Listener {
  return { address, port: 5432, protocol: "tcp" };
}
