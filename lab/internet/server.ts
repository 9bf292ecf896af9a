import type { AddressInfo, Server, Socket } from "node:net";

/** Where a server listens. Port 0 takes a free one. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A server that listens, and how to end it. */
export interface RunningServer {
  readonly port: number;
  /** Closes the listener and every connection. */
  readonly close: () => Promise<void>;
}

/** Starts any server of Node's: they all are servers of sockets underneath. */
export async function listen(server: Server, { address, port }: Endpoint): Promise<RunningServer> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        for (const socket of open) socket.destroy();
      }),
  };
}
