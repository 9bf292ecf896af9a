import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ChannelCredentials, Client } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import {
  authorizationService,
  type CheckRequest,
  type CheckResponse,
  startGrpcAuthorizer,
} from "../../lab/authorizer/grpc-server.ts";
import { httpAuthorizer, policyServer } from "../../lab/authorizer/http-servers.ts";
import type { PolicyHolder } from "../../lab/authorizer/policy.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listening(server: Server): Promise<string> {
  ends.push(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const holder = (): PolicyHolder => ({ policy: { paths: ["/health"], delay: 0 } });

test("gRPC Check tells OK or permission denied by the path", async () => {
  const { port, close } = await startGrpcAuthorizer(holder(), "127.0.0.1:0");
  const client = new Client(`127.0.0.1:${port}`, ChannelCredentials.createInsecure());
  ends.push(() => client.close(), close);
  const { path, requestSerialize, responseDeserialize } = authorizationService.Check ?? expect.fail();
  // Envoy knows the service by this path.
  expect(path).toBe("/envoy.service.auth.v3.Authorization/Check");
  const codeOf = (asked: string) =>
    new Promise<number>((resolve, reject) => {
      const request: CheckRequest = { attributes: { request: { http: { path: asked } } } };
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, answer) =>
        error === null ? resolve((answer as CheckResponse).status.code) : reject(error),
      );
    });
  expect([await codeOf("/health"), await codeOf("/health?x=1"), await codeOf("/politics")]).toEqual([
    0, 0, 7,
  ]);
});

test("HTTP tells 200 or 403 by the path, and the list can be changed while it runs", async () => {
  const held = holder();
  const [asked, told] = [await listening(httpAuthorizer(held)), await listening(policyServer(held))];
  const code = async (path: string) => (await fetch(`${asked}${path}`, { method: "POST" })).status;
  expect([await code("/health"), await code("/politics")]).toEqual([200, 403]);
  const put = (body: string) => fetch(told, { method: "PUT", body });
  expect((await put('{"paths":["/politics"]}')).status).toBe(200);
  expect([await code("/health"), await code("/politics")]).toEqual([403, 200]);
  expect((await put('{"paths":"/health"}')).status).toBe(400);
  expect([await code("/health"), await code("/politics")]).toEqual([403, 200]);
});

test("it answers as late as it is told to", async () => {
  const held: PolicyHolder = { policy: { paths: ["/health"], delay: 300 } };
  const asked = await listening(httpAuthorizer(held));
  const begun = performance.now();
  expect((await fetch(`${asked}/health`)).status).toBe(200);
  expect(performance.now() - begun).toBeGreaterThan(290);
});
