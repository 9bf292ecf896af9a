import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { answer, type Received } from "./answer.ts";

/** Where to listen. Port 0 takes a free one. */
export interface Listen {
  readonly address: string;
  readonly http: number;
  readonly https: number;
}

/** PEM certificates by host; `fallback` is shown for any other name, or none. */
export interface ServerCertificates {
  readonly hosts: Readonly<Record<string, { readonly certificate: string; readonly key: string }>>;
  readonly fallback: { readonly certificate: string; readonly key: string };
}

/** One line of the servers' log: what the outside saw of a request. */
export interface LogEntry extends Omit<Received, "headers"> {
  /** RFC 3339. */
  readonly time: string;
  readonly remotePort: number;
  readonly status: number;
}

/** Servers that listen, and how to end them. */
export interface RunningServers {
  readonly ports: { readonly http: number; readonly https: number };
  /** Closes the listeners and every connection. */
  readonly close: () => Promise<void>;
}

/** Starts the HTTP server and the HTTPS server (HTTP/1.1 and HTTP/2 by ALPN) of one address. */
export async function startWebServers(
  listen: Listen,
  certificates: ServerCertificates,
  log: (entry: LogEntry) => void,
): Promise<RunningServers> {
  const respond = (request: AnyRequest, response: AnyResponse) => handle(request, response, log);
  const contexts = new Map(
    Object.entries(certificates.hosts).map(([host, pair]) => [host, context(pair)] as const),
  );
  const http = createServer(respond);
  const https = createSecureServer(
    {
      allowHTTP1: true,
      cert: certificates.fallback.certificate,
      key: certificates.fallback.key,
      SNICallback: (name, done) => done(null, contexts.get(name.toLowerCase())),
    },
    respond,
  );
  const closeHttps = connectionsOf(https);
  const ports = {
    http: await start(http, listen.address, listen.http),
    https: await start(https, listen.address, listen.https),
  };
  return {
    ports,
    close: async () => {
      http.closeAllConnections();
      await Promise.all([closed(http), closed(https, closeHttps)]);
    },
  };
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

function handle(request: AnyRequest, response: AnyResponse, log: (entry: LogEntry) => void): void {
  const { socket } = request;
  const tls = socket instanceof TLSSocket ? socket : undefined;
  const received: Received = {
    scheme: tls === undefined ? "http" : "https",
    method: request.method ?? "",
    host: String(request.headers[":authority"] ?? request.headers.host ?? ""),
    path: request.url ?? "",
    httpVersion: request.httpVersion,
    headers: request.headers,
    remoteAddress: socket.remoteAddress ?? "",
    sni: typeof tls?.servername === "string" ? tls.servername : null,
  };
  const remotePort = socket.remotePort ?? 0;
  const { status, headers, body } = answer(received);
  // The body of the request is read to its end and left.
  request.resume();
  const { headers: _, ...seen } = received;
  log({ time: new Date().toISOString(), ...seen, remotePort, status });
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)) };
  response.statusCode = status;
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  response.end(received.method === "HEAD" ? "" : body);
}

function context(pair: { readonly certificate: string; readonly key: string }): SecureContext {
  return createSecureContext({ cert: pair.certificate, key: pair.key });
}

function start(server: Server | Http2SecureServer, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** An HTTP/2 server has no closeAllConnections: returns what ends the connections that are open by then. */
function connectionsOf(server: Http2SecureServer): () => void {
  const open = new Set<TLSSocket>();
  server.on("secureConnection", (socket: TLSSocket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

function closed(server: Server | Http2SecureServer, endConnections?: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    endConnections?.();
  });
}
