import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { execa } from "execa";
import { afterEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An API server that takes every port-forward, and what it does with it. */
async function apiServer(onConnection: (socket: WebSocket) => void): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => "v4.channel.k8s.io" });
  sockets.on("connection", onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Asks in a process that has nothing else to do: Node ends it, as if all were well, once nothing can wake it. */
async function ask(server: string): Promise<string> {
  const program = `
    import { KubeConfig } from "@kubernetes/client-node";
    import { askPod } from "./cluster/admin.ts";
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: "c", server: ${JSON.stringify(server)}, skipTLSVerify: true }, { name: "u" });
    askPod(config, { namespace: "n", name: "p" }, 15000, "/stats", 2).then(
      ({ text }) => console.log("answer: " + text),
      ({ message }) => console.log("error: " + message),
    );`;
  const { stdout } = await execa(process.execPath, ["--input-type=module-typescript", "--eval", program]);
  return stdout;
}

/** What the API server sends of a port's two streams: their number, then the port, then what the pod says. */
function frame(stream: number, data: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([stream]), Buffer.from(data)]);
}
const PORT = Buffer.from([0x98, 0x3a]);

it("a pod's answer is read, though the connection ends with it", async () => {
  const server = await apiServer((socket) => {
    socket.send(frame(0, PORT));
    socket.send(frame(1, PORT));
    socket.once("message", () => {
      socket.send(frame(0, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"));
      socket.close();
    });
  });
  expect(await ask(server)).toBe("answer: hello");
});

it("an API server that ends the connection without a word is an error", async () => {
  expect(await ask(await apiServer((socket) => socket.close()))).toMatch(/^error: (socket hang up|aborted)/);
});

it("one that says nothing is an error after the limit", async () => {
  expect(await ask(await apiServer(() => {}))).toBe("error: no answer within 2 s");
});

it("a pod that can't be reached is an error at once, in the words of the API server", async () => {
  const server = await apiServer((socket) => {
    socket.send(frame(0, PORT));
    socket.send(frame(1, PORT));
    socket.send(frame(1, "the pod has ended"));
  });
  expect(await ask(server)).toBe("error: the pod has ended");
});

it("a connection that ends in the middle of an answer is an error", async () => {
  const server = await apiServer((socket) => {
    socket.send(frame(0, PORT));
    socket.send(frame(1, PORT));
    socket.once("message", () => {
      socket.send(frame(0, "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhello"));
      socket.close();
    });
  });
  expect(await ask(server)).toMatch(/^error: aborted/);
});

it("a connection that ends before the answer is an error", async () => {
  const server = await apiServer((socket) => {
    socket.send(frame(0, PORT));
    socket.send(frame(1, PORT));
    socket.once("message", () => socket.close());
  });
  expect(await ask(server)).toMatch(/^error: socket hang up/);
});
