import { internet } from "../addresses.ts";
import { hasIpv6 } from "../network/ipv6.ts";
import type { Endpoint } from "./server.ts";

/** What is spoken without TLS. */
export const plainProtocols = ["http", "ws", "grpc", "tcp"] as const;
/** What is spoken over TLS. */
export const tlsProtocols = ["https", "wss", "grpcs"] as const;
/** Where it is not as usual. `mutual`: only with clients that have a certificate; `old`: TLS 1.1 at most. */
export const tlsKinds = ["mutual", "old"] as const;

/** A place where the internet answers, and what it speaks there. */
export type Listener = Endpoint &
  (
    | { readonly protocol: (typeof plainProtocols)[number] }
    | { readonly protocol: (typeof tlsProtocols)[number]; readonly tls?: (typeof tlsKinds)[number] }
  );

/** Everything that listens but the name server. */
export const listeners: readonly Listener[] = [
  ...web(internet.web),
  { address: internet.web, port: 8443, protocol: "https", tls: "old" },
  { address: internet.mutual, port: 443, protocol: "https", tls: "mutual" },
  { address: internet.mutual, port: 8443, protocol: "wss", tls: "mutual" },
  { address: internet.mutual, port: 50051, protocol: "grpcs", tls: "mutual" },
  { address: internet.webSocket, port: 80, protocol: "ws" },
  { address: internet.webSocket, port: 8080, protocol: "ws" },
  { address: internet.webSocket, port: 443, protocol: "wss" },
  { address: internet.grpc, port: 50051, protocol: "grpc" },
  { address: internet.grpc, port: 8080, protocol: "grpc" },
  { address: internet.grpc, port: 443, protocol: "grpcs" },
  ...internet.tcp.map(line),
  ...(hasIpv6
    ? [
        ...[internet.web6, ...Object.values(internet.inside6)].flatMap(web),
        { address: internet.mutual6, port: 443, protocol: "https", tls: "mutual" } as const,
        ...internet.tcp6.map(line),
      ]
    : []),
];

function web(address: string): Listener[] {
  return [
    { address, port: 80, protocol: "http" },
    { address, port: 8080, protocol: "http" },
    { address, port: 443, protocol: "https" },
    { address, port: 8444, protocol: "https" },
    { address, port: 5432, protocol: "tcp" },
    { address, port: 6379, protocol: "tcp" },
    { address, port: 6380, protocol: "tcp" },
  ];
}

function line(address: string): Listener {
  return { address, port: 5432, protocol: "tcp" };
}
