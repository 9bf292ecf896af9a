import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { once } from "node:events";
import { request } from "node:https";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority } from "../../lab/cluster/certificates.ts";
import { startHttpsServer } from "../../lab/internet/http-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import { ask } from "./internet-client.ts";

let server: RunningServer;
let ca: string;
beforeAll(async () => {
  const authority = await createAuthority("test internet");
  ca = authority.certificate;
  const fallback = await authority.issue({
    commonName: "login",
    dnsNames: ["login.example.com", "login.example.net"],
  });
  server = await startHttpsServer({ address: "127.0.0.1", port: 0 }, () => {}, { hosts: {}, fallback });
});
afterAll(() => server.close());

test("a client that breaks off in the middle of its form ends nobody else's call", async () => {
  const broken = request({
    port: server.port,
    host: "127.0.0.1",
    servername: "login.example.com",
    ca,
    path: "/token",
    method: "POST",
    headers: { host: "login.example.com", "content-length": "100" },
  });
  broken.on("error", () => {});
  broken.write("sub=ann");
  await once(broken, "socket");
  await once(broken.socket as NodeJS.EventEmitter, "secureConnect");
  await setTimeout(100);
  broken.destroy();
  await setTimeout(100);
  expect(await page("login.example.com", "/keys")).toHaveProperty("keys");
});

const token = async (host: string, form: string) =>
  (await ask("https", server.port, host, "/token", { method: "POST", ca }, form)).body;
const page = async (host: string, path: string) =>
  JSON.parse((await ask("https", server.port, host, path, { ca })).body);

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
}

async function isSignedBy(host: string, jwt: string): Promise<boolean> {
  const [header, payload, signature = ""] = jwt.split(".");
  const { jwks_uri } = await page(host, "/.well-known/openid-configuration");
  const { keys } = (await page(host, new URL(jwks_uri).pathname)) as { keys: [JsonWebKey] };
  const key = createPublicKey({ key: keys[0], format: "jwk" });
  return verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
}

test("a token has the claims of the form, and is signed by its issuer's key", async () => {
  const jwt = await token("login.example.com", "sub=ann&groups=readers&groups=editors");
  const claims = claimsOf(jwt);
  expect(claims).toMatchObject({
    iss: "https://login.example.com",
    sub: "ann",
    groups: ["readers", "editors"],
  });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3_600);
  expect(await isSignedBy("login.example.com", jwt)).toBe(true);
  expect(await isSignedBy("login.example.net", jwt)).toBe(false);
});

test("an issuer lies and gives expired tokens where it is asked to, and signs them all the same", async () => {
  const jwt = await token("login.example.net", "iss=https://login.example.com&lasting=-60");
  const { iss, exp, iat, lasting } = claimsOf(jwt);
  expect([iss, Number(exp) - Number(iat), lasting]).toEqual(["https://login.example.com", -60, undefined]);
  expect(await isSignedBy("login.example.net", jwt)).toBe(true);
});

test("what is no page of an issuer is 404", async () => {
  for (const [method, path] of [
    ["GET", "/token"],
    ["POST", "/keys"],
    ["GET", "/"],
  ] as const)
    expect((await ask("https", server.port, "login.example.com", path, { method, ca })).status).toBe(404);
});
