import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { decide, type PolicyHolder } from "./policy.ts";

/** Of Envoy's `envoy.service.auth.v3` the fields that are read and written here; all others are left unread. */
export const authorizationService = fromJSON({
  nested: {
    "envoy.service.auth.v3": {
      nested: {
        CheckRequest: { fields: { attributes: { type: "AttributeContext", id: 1 } } },
        AttributeContext: { fields: { request: { type: "Request", id: 4 } } },
        Request: { fields: { http: { type: "HttpRequest", id: 2 } } },
        HttpRequest: { fields: { path: { type: "string", id: 4 } } },
        CheckResponse: { fields: { status: { type: "Status", id: 1 } } },
        Status: { fields: { code: { type: "int32", id: 1 } } },
        Authorization: {
          methods: {
            Check: {
              requestType: "CheckRequest",
              responseType: "CheckResponse",
              comment: "Whether a request may pass.",
            },
          },
        },
      },
    },
  },
})["envoy.service.auth.v3.Authorization"] as ServiceDefinition;

export interface CheckRequest {
  readonly attributes?: { readonly request?: { readonly http?: { readonly path?: string } } };
}

export interface CheckResponse {
  readonly status: { readonly code: number };
}

/** Of `google.rpc.Code`. Envoy answers 403 where it is not told OK. */
const CODES = { allowed: 0, refused: 7 } as const;

/** Starts Envoy's Check over gRPC, in plain text. Gives its port, and how to end it. */
export async function startGrpcAuthorizer(
  holder: PolicyHolder,
  address: string,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = new Server();
  server.addService(authorizationService, {
    async check(call: ServerUnaryCall<CheckRequest, CheckResponse>, reply: sendUnaryData<CheckResponse>) {
      const decision = await decide(holder, call.request.attributes?.request?.http?.path ?? "");
      reply(null, { status: { code: CODES[decision] } });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}
