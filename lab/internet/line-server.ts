import { createServer } from "node:net";
import { type Endpoint, listen, type RunningServer } from "./server.ts";
import type { Log } from "./visit.ts";

/** Starts a TCP server that speaks first, as databases do: a line with its address and port, then what it is sent. */
export function startLineServer(endpoint: Endpoint, log: Log): Promise<RunningServer> {
  const server = createServer((socket) => {
    const { localAddress, localPort, remoteAddress = "", remotePort = 0 } = socket;
    log({ scheme: "tcp", remoteAddress, remotePort, path: String(localPort) });
    // Who hangs up in the middle is gone; there is nobody to tell.
    socket.on("error", () => {});
    socket.write(`${localAddress} ${localPort}\n`);
    socket.pipe(socket);
  });
  return listen(server, endpoint);
}
