import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { pipeline } from "node:stream/promises";
import { TLSSocket } from "node:tls";
import { answer } from "./answer.ts";
import type { Answer, Received } from "./exchange.ts";
import { type Endpoint, listen, type RunningServer } from "./server.ts";
import { type ServerCertificates, tlsOptions } from "./tls.ts";
import type { Log } from "./visit.ts";

/** Starts a server of all sites over plain HTTP. */
export function startHttpServer(endpoint: Endpoint, log: Log): Promise<RunningServer> {
  const server = createServer((request, response) => handle(request, response, log));
  return listenWithoutLimit(server, endpoint);
}

/** Starts a server of all sites over HTTPS, HTTP/1.1 and HTTP/2 by ALPN. */
export function startHttpsServer(
  endpoint: Endpoint,
  log: Log,
  certificates: ServerCertificates,
): Promise<RunningServer> {
  const server = createSecureServer({ allowHTTP1: true, ...tlsOptions(certificates) }, (request, response) =>
    handle(request, response, log),
  );
  return listenWithoutLimit(server, endpoint);
}

/**
 * Takes requests however long they last: a large body through a slow gateway is no attack here. Node ends them after
 * five minutes, those of HTTP/1.1 beside HTTP/2 too, whose servers' type leaves the setting out.
 */
function listenWithoutLimit(
  server: Server | (Http2SecureServer & { requestTimeout?: number }),
  endpoint: Endpoint,
): Promise<RunningServer> {
  server.requestTimeout = 0;
  return listen(server, endpoint);
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/** A client that breaks off in the middle of what it sends ends no more than its own connection. */
function handle(request: AnyRequest, response: AnyResponse, log: Log): void {
  answerTo(request, response, log).catch(() => response.destroy());
}

async function answerTo(request: AnyRequest, response: AnyResponse, log: Log): Promise<void> {
  const received = readRequest(request);
  const remotePort = request.socket.remotePort ?? 0;
  const { status, headers, body } = await answer(received, request);
  // What is left of the request's body is read to its end and dropped.
  request.resume();
  const { headers: _, ...seen } = received;
  log({ ...seen, remotePort, status });
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  await send(response, received.method === "HEAD", body);
}

async function send(response: AnyResponse, headOnly: boolean, body: Answer["body"]): Promise<void> {
  if (typeof body === "string") {
    response.setHeader("content-length", String(Buffer.byteLength(body)));
    response.end(headOnly ? "" : body);
  } else if (headOnly) response.end();
  // It fails where the client has gone, or where the page itself cuts the connection.
  else await pipeline(body, response).catch(() => {});
}

function readRequest(request: AnyRequest): Received {
  const { socket } = request;
  const tls = socket instanceof TLSSocket ? socket : undefined;
  return {
    scheme: tls === undefined ? "http" : "https",
    method: request.method ?? "",
    host: String(request.headers[":authority"] ?? request.headers.host ?? ""),
    path: request.url ?? "",
    httpVersion: request.httpVersion,
    headers: request.headers,
    remoteAddress: socket.remoteAddress ?? "",
    sni: typeof tls?.servername === "string" ? tls.servername : null,
    alpn: tls?.alpnProtocol || null,
    clientCertificate: tls?.getPeerX509Certificate()?.subject.replaceAll("\n", ", ") ?? null,
  };
}
