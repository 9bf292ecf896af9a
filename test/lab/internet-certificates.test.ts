import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KeyPair } from "../../lab/cluster/certificates.ts";
import {
  authorityFiles,
  privateFiles,
  readAuthority,
  writeAuthority,
  writePrivateAuthority,
} from "../../lab/internet/authority.ts";
import { type Authorities, issueFor } from "../../lab/internet/certificates.ts";
import { hosts, mutualHost } from "../../lab/internet/hosts.ts";
import { startHttpsServer } from "../../lab/internet/http-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import { ask } from "./internet-client.ts";

const endpoint = { address: "127.0.0.1", port: 0 };
let directory: string;
let authorities: Authorities;
let sites: RunningServer;
let mutual: RunningServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sallyport-test-"));
  await writeAuthority(directory);
  await writePrivateAuthority(directory);
  authorities = {
    world: await readAuthority(authorityFiles(directory)),
    private: await readAuthority(privateFiles(directory).authority),
  };
  const issued = hosts.flatMap(({ name, certificate, alsoFor = [] }) =>
    certificate === undefined
      ? []
      : [issueFor([name, ...alsoFor], certificate, authorities).then((pair) => [name, pair])],
  );
  const pairs = Object.fromEntries(await Promise.all(issued)) as Record<string, KeyPair>;
  const fallback = pairs[mutualHost];
  if (fallback === undefined) throw new Error("no certificate of the mutual host");
  sites = await startHttpsServer(endpoint, () => {}, { hosts: pairs, fallback });
  mutual = await startHttpsServer(endpoint, () => {}, {
    hosts: {},
    fallback,
    clientAuthority: authorities.private.certificate,
  });
});
afterAll(async () => {
  await Promise.all([sites.close(), mutual.close()]);
  await rm(directory, { recursive: true });
});

/** The status that a client sees who trusts the world's authority, or the code of why it hung up. */
async function statusOf(host: string, ca = authorities.world.certificate): Promise<number | string> {
  return await ask("https", sites.port, host, "/", { ca }).then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

test.each([
  ["echo.example.com", 200],
  ["any.wild.example.com", 200],
  ["private.example.com", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["expired.example.com", "CERT_HAS_EXPIRED"],
  ["wrong-name.example.com", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["self-signed.example.com", "DEPTH_ZERO_SELF_SIGNED_CERT"],
])("a client who trusts the world's authority asks %s: %s", async (host, expected) => {
  expect(await statusOf(host)).toBe(expected);
});

test("who is given the private authority, or the self-signed certificate, trusts them", async () => {
  expect(await statusOf("private.example.com", authorities.private.certificate)).toBe(200);
  const selfSigned = await issueFor(["self-signed.example.com"], "self-signed", authorities);
  const server = await startHttpsServer(endpoint, () => {}, { hosts: {}, fallback: selfSigned });
  const options = { ca: selfSigned.certificate };
  const { status } = await ask("https", server.port, "self-signed.example.com", "/", options);
  await server.close();
  expect(status).toBe(200);
});

test("an old server speaks TLS 1.1 at most", async () => {
  const pair = await authorities.world.issue({ commonName: "old", dnsNames: ["old.example.com"] });
  const server = await startHttpsServer(endpoint, () => {}, { hosts: {}, fallback: pair, upTo: "TLSv1.1" });
  const asked = (options: ConnectionOptions) =>
    ask("https", server.port, "old.example.com", "/", { ca: authorities.world.certificate, ...options });
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  expect((await asked(old)).status).toBe(200);
  await expect(asked({})).rejects.toThrow(/protocol version/);
  await server.close();
});

test("the mutual host says who asked, and refuses clients without a certificate of the private authority", async () => {
  const ca = authorities.world.certificate;
  const asked = (client?: KeyPair, host = mutualHost) =>
    ask("https", mutual.port, host, "/", {
      ca,
      ...(client && { cert: client.certificate, key: client.key }),
    });
  const { client } = privateFiles(directory);
  const kept = {
    certificate: await readFile(client.certificate, "utf8"),
    key: await readFile(client.key, "utf8"),
  };
  expect(JSON.parse((await asked(kept)).body)).toMatchObject({ clientCertificate: "CN=client, O=lab" });
  expect((await asked(kept, `any.${mutualHost}`)).status).toBe(200);
  const second = await authorities.private.issue({ commonName: "second" });
  expect(JSON.parse((await asked(second)).body)).toMatchObject({ clientCertificate: "CN=second" });
  await expect(asked()).rejects.toThrow(/certificate required/);
  const stranger = await authorities.world.issue({ commonName: "stranger" });
  await expect(asked(stranger)).rejects.toMatchObject({ code: "ECONNRESET" });
});
