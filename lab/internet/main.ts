import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { KeyPair } from "../cluster/certificates.ts";
import { startGrpcServer } from "./grpc-server.ts";
import { mutualHost } from "./hosts.ts";
import { startHttpServer, startHttpsServer } from "./http-server.ts";
import { startLineServer } from "./line-server.ts";
import { type Listener, plainProtocols, tlsKinds, tlsProtocols } from "./listeners.ts";
import type { RunningServer } from "./server.ts";
import type { ServerCertificates } from "./tls.ts";
import type { Log } from "./visit.ts";
import { startWebSocketServer } from "./websocket-server.ts";

// `node main.ts CONFIGURATION` serves the lab's internet until SIGTERM; each visit is a line of JSON on standard output.

const place = { address: z.string(), port: z.number() };
const Pair = z.strictObject({ certificate: z.string(), key: z.string() });

const configuration = z.strictObject({
  listeners: z.array(
    z.discriminatedUnion("protocol", [
      z.strictObject({ ...place, protocol: z.enum(plainProtocols) }),
      z.strictObject({ ...place, protocol: z.enum(tlsProtocols), tls: z.enum(tlsKinds).exactOptional() }),
    ]),
  ),
  /** Paths of PEM files. */
  certificates: z.strictObject({ hosts: z.record(z.string(), Pair), fallback: Pair }),
  /** Path of the certificate of who signs client certificates. */
  clientAuthority: z.string(),
});

/** What the program reads: where to listen, and the files of the certificates. */
export type ServersConfiguration = z.infer<typeof configuration>;

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("usage: node main.ts CONFIGURATION.json\n");
  process.exit(2);
}
const { listeners, ...files } = configuration.parse(JSON.parse(await readFile(path, "utf8")));
const hosts = Object.fromEntries(
  await Promise.all(
    Object.entries(files.certificates.hosts).map(async ([host, pair]) => [host, await read(pair)] as const),
  ),
);
const certificates = { hosts, fallback: await read(files.certificates.fallback) };
const clientAuthority = await readFile(files.clientAuthority, "utf8");

const log: Log = (visit) =>
  void process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...visit })}\n`);
const certificatesOf: Readonly<Record<(typeof tlsKinds)[number] | "usual", ServerCertificates>> = {
  usual: certificates,
  // One certificate for whatever name: a session can only be resumed in the context that asked for its client's.
  mutual: { hosts: {}, fallback: pairOf(mutualHost), clientAuthority },
  old: { ...certificates, upTo: "TLSv1.1" },
};
const servers = await Promise.all(listeners.map(start));
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(
    signal,
    () => void Promise.all(servers.map((server) => server.close())).then(() => process.exit(0)),
  );
}

function start(listener: Listener): Promise<RunningServer> {
  switch (listener.protocol) {
    case "http":
      return startHttpServer(listener, log);
    case "ws":
      return startWebSocketServer(listener, log);
    case "grpc":
      return startGrpcServer(listener, log);
    case "tcp":
      return startLineServer(listener, log);
    case "https":
      return startHttpsServer(listener, log, certificatesOf[listener.tls ?? "usual"]);
    case "wss":
      return startWebSocketServer(listener, log, certificatesOf[listener.tls ?? "usual"]);
    case "grpcs":
      return startGrpcServer(listener, log, certificatesOf[listener.tls ?? "usual"]);
  }
}

function pairOf(host: string): KeyPair {
  const found = hosts[host];
  if (found === undefined) throw new TypeError(`${path} names no certificate for ${host}`);
  return found;
}

async function read(pair: KeyPair): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([
    readFile(pair.certificate, "utf8"),
    readFile(pair.key, "utf8"),
  ]);
  return { certificate, key };
}
