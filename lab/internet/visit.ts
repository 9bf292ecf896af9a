import type { Received } from "./exchange.ts";

/** One line of the servers' log: what the outside saw of a request, a call or a connection. */
export type Visit = RequestVisit | ConnectionVisit;

/** A request. */
export interface RequestVisit extends Omit<Received, "headers"> {
  readonly remotePort: number;
  /** As it was meant to be sent: a client that is cut off before does not get it. */
  readonly status: number;
}

/** A connection over TCP or WebSocket, or a gRPC call. */
export interface ConnectionVisit {
  readonly scheme: "tcp" | "ws" | "wss" | "grpc" | "grpcs";
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Of a WebSocket or a call; the port that was asked, for TCP. */
  readonly path: string;
}

/** Takes the lines as they come. */
export type Log = (visit: Visit) => void;
