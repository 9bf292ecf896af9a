import { createServer } from "node:net";
import { createServer as createSecureServer } from "node:tls";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { type Endpoint, listen, type RunningServer } from "./server.ts";
import { ticks } from "./ticks.ts";
import { type ServerCertificates, tlsOptions } from "./tls.ts";
import type { ConnectionVisit, Log } from "./visit.ts";

/** The service `lab.Echo`, as a .proto file would say it. */
export const echoService = fromJSON({
  nested: {
    lab: {
      nested: {
        SayRequest: { fields: { text: { type: "string", id: 1 } } },
        SayResponse: {
          fields: {
            text: { type: "string", id: 1 },
            metadata: { rule: "repeated", type: "Entry", id: 2 },
          },
        },
        Entry: { fields: { name: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
        CountRequest: { fields: { seconds: { type: "uint32", id: 1 } } },
        CountResponse: { fields: { second: { type: "uint32", id: 1 } } },
        Echo: {
          methods: {
            Say: {
              requestType: "SayRequest",
              responseType: "SayResponse",
              comment: "Returns the text, and the metadata that came with it.",
            },
            Count: {
              requestType: "CountRequest",
              responseType: "CountResponse",
              responseStream: true,
              comment: "Sends a message each second, as many as asked for.",
            },
          },
        },
      },
    },
  },
})["lab.Echo"] as ServiceDefinition;

export interface SayRequest {
  readonly text: string;
}

export interface SayResponse {
  readonly text: string;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
}

export interface CountRequest {
  readonly seconds: number;
}

export interface CountResponse {
  readonly second: number;
}

/** Starts a gRPC server with `lab.Echo`, over TLS where it has certificates. */
export async function startGrpcServer(
  endpoint: Endpoint,
  log: Log,
  certificates?: ServerCertificates,
): Promise<RunningServer> {
  const seen = (call: { getPeer(): string; getPath(): string }) =>
    log(visit(certificates === undefined ? "grpc" : "grpcs", call.getPeer(), call.getPath()));
  const server = new Server();
  server.addService(echoService, {
    say(call: ServerUnaryCall<SayRequest, SayResponse>, reply: sendUnaryData<SayResponse>) {
      seen(call);
      const metadata = Object.entries(call.metadata.getMap()).map(([name, value]) => ({
        name,
        value: String(value),
      }));
      reply(null, { text: call.request.text, metadata });
    },
    async count(call: ServerWritableStream<CountRequest, CountResponse>) {
      seen(call);
      for await (const second of ticks(call.request.seconds)) {
        if (call.cancelled) return;
        call.write({ second });
      }
      call.end();
    },
  });
  // The library's own TLS has one certificate, whatever name is asked for.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets =
    certificates === undefined
      ? createServer(injectConnection)
      : createSecureServer({ ...tlsOptions(certificates), ALPNProtocols: ["h2"] }, injectConnection);
  return listen(sockets, endpoint);
}

function visit(scheme: ConnectionVisit["scheme"], peer: string, path: string): ConnectionVisit {
  const [, remoteAddress = "", remotePort] = /^(.*):(\d+)$/.exec(peer) ?? [];
  return { scheme, remoteAddress, remotePort: Number(remotePort), path };
}
