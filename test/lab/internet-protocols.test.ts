import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { ChannelCredentials, Client, type ClientReadableStream, Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Authority, createAuthority, type KeyPair } from "../../lab/cluster/certificates.ts";
import {
  type CountRequest,
  type CountResponse,
  echoService,
  type SayRequest,
  type SayResponse,
  startGrpcServer,
} from "../../lab/internet/grpc-server.ts";
import { startLineServer } from "../../lab/internet/line-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import type { Visit } from "../../lab/internet/visit.ts";
import { startWebSocketServer } from "../../lab/internet/websocket-server.ts";
import { ask } from "./internet-client.ts";

const endpoint = { address: "127.0.0.1", port: 0 };
const seen: Visit[] = [];
const log = (visit: Visit) => void seen.push(visit);
const running: RunningServer[] = [];
let authority: Authority;
let pair: KeyPair;
beforeAll(async () => {
  authority = await createAuthority("test internet");
  pair = await authority.issue({ commonName: "localhost", dnsNames: ["localhost"] });
});
afterAll(() => Promise.all(running.map((server) => server.close())));

async function started(server: Promise<RunningServer>): Promise<number> {
  running.push(await server);
  return (await server).port;
}

test("a TCP server says its address and port, then what it is sent", async () => {
  const port = await started(startLineServer(endpoint, log));
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe(`127.0.0.1 ${port}`);
  socket.write("one\ntwo\n");
  expect([(await lines.next()).value, (await lines.next()).value]).toEqual(["one", "two"]);
  expect(seen.at(-1)).toMatchObject({ scheme: "tcp", remotePort: socket.localPort, path: String(port) });
  socket.destroy();
});

test.each(["ws", "wss"] as const)("a WebSocket over %s returns each message in its kind", async (scheme) => {
  const certificates = { hosts: {}, fallback: pair };
  const port = await started(
    startWebSocketServer(endpoint, log, scheme === "wss" ? certificates : undefined),
  );
  const socket = new WebSocket(`${scheme}://localhost:${port}/chat`, { ca: authority.certificate });
  await once(socket, "open");
  for (const message of ["text", Buffer.from([0, 255])]) {
    socket.send(message);
    const [data, binary] = await once(socket, "message");
    expect([Buffer.from(data).equals(Buffer.from(message)), binary]).toEqual([true, message !== "text"]);
  }
  expect(seen.at(-1)).toMatchObject({ scheme, path: "/chat" });
  socket.terminate();
});

test("a plain request to the WebSocket server is told to upgrade", async () => {
  const port = await started(startWebSocketServer(endpoint, log));
  expect((await ask("http", port, "ws.example.com", "/")).status).toBe(426);
});

test.each(["grpc", "grpcs"] as const)("%s has a unary call and a stream", async (scheme) => {
  const certificates = { hosts: {}, fallback: pair };
  const port = await started(startGrpcServer(endpoint, log, scheme === "grpcs" ? certificates : undefined));
  const credentials =
    scheme === "grpcs"
      ? ChannelCredentials.createSsl(Buffer.from(authority.certificate))
      : ChannelCredentials.createInsecure();
  const client = new Client(`localhost:${port}`, credentials);
  const reply = await say(client, { text: "hello" });
  expect(reply.text).toBe("hello");
  expect(reply.metadata).toContainEqual({ name: "x-asked", value: "yes" });
  expect(seen.at(-1)).toMatchObject({ scheme, path: "/lab.Echo/Say", remoteAddress: "127.0.0.1" });
  const numbers = [];
  for await (const { second } of count(client, { seconds: 2 })) numbers.push(second);
  expect(numbers).toEqual([1, 2]);
  client.close();
});

test("WebSocket and gRPC answer to clients with a certificate alone where they have a client authority", async () => {
  const certificates = { hosts: {}, fallback: pair, clientAuthority: authority.certificate };
  const [ca, key, certificate] = [authority.certificate, pair.key, pair.certificate];
  const webSockets = await started(startWebSocketServer(endpoint, log, certificates));
  const opened = (options: object) =>
    once(new WebSocket(`wss://localhost:${webSockets}`, { ca, ...options }), "open");
  await expect(opened({ key, cert: certificate })).resolves.toEqual([]);
  await expect(opened({})).rejects.toThrow(/certificate required/);
  const grpc = await started(startGrpcServer(endpoint, log, certificates));
  const said = (...client: Buffer[]) =>
    say(new Client(`localhost:${grpc}`, ChannelCredentials.createSsl(Buffer.from(ca), ...client)), {
      text: "hello",
    });
  await expect(said(Buffer.from(key), Buffer.from(certificate))).resolves.toMatchObject({ text: "hello" });
  await expect(said()).rejects.toThrow(/UNAVAILABLE/);
});

function say(client: Client, request: SayRequest): Promise<SayResponse> {
  const { path, requestSerialize, responseDeserialize } = method("Say");
  const metadata = new Metadata();
  metadata.set("x-asked", "yes");
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error, reply) =>
      reply === undefined ? reject(error) : resolve(reply),
    );
  });
}

function count(client: Client, request: CountRequest): ClientReadableStream<CountResponse> {
  const { path, requestSerialize, responseDeserialize } = method("Count");
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
}

function method(name: string) {
  const found = echoService[name];
  if (found === undefined) throw new Error(`no method ${name}`);
  return found;
}
