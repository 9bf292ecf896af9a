import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { WebSocketServer } from "ws";
import { type Endpoint, listen, type RunningServer } from "./server.ts";
import { type ServerCertificates, tlsOptions } from "./tls.ts";
import type { Log } from "./visit.ts";

/** Starts a server that returns every WebSocket message, over TLS where it has certificates. */
export function startWebSocketServer(
  endpoint: Endpoint,
  log: Log,
  certificates?: ServerCertificates,
): Promise<RunningServer> {
  const server =
    certificates === undefined
      ? createServer(upgradeRequired)
      : createSecureServer(tlsOptions(certificates), upgradeRequired);
  const scheme = certificates === undefined ? "ws" : "wss";
  new WebSocketServer({ server }).on("connection", (webSocket, request) => {
    const { remoteAddress = "", remotePort = 0 } = request.socket;
    log({ scheme, remoteAddress, remotePort, path: request.url ?? "" });
    // Who breaks the protocol is hung up on by the library.
    webSocket.on("error", () => {});
    webSocket.on("message", (message, binary) => webSocket.send(message, { binary }));
  });
  return listen(server, endpoint);
}

const upgradeRequired: RequestListener = (_, response) => {
  response.writeHead(426, { connection: "upgrade", upgrade: "websocket" }).end("WebSocket only\n");
};
