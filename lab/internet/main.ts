import { readFile } from "node:fs/promises";
import { z } from "zod";
import { startWebServers } from "./web-servers.ts";

/** `node main.ts CONFIGURATION`: serves the lab's internet until SIGTERM; each request is a line of JSON on standard output. */
const configuration = z.strictObject({
  listen: z.array(z.strictObject({ address: z.string(), http: z.number(), https: z.number() })),
  /** Paths of PEM files. */
  certificates: z.strictObject({
    hosts: z.record(z.string(), z.strictObject({ certificate: z.string(), key: z.string() })),
    fallback: z.strictObject({ certificate: z.string(), key: z.string() }),
  }),
});

/** What the program reads: where to listen, and the files of the certificates. */
export type WebServersConfiguration = z.infer<typeof configuration>;

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("usage: node main.ts CONFIGURATION.json\n");
  process.exit(2);
}
const { listen, certificates } = configuration.parse(JSON.parse(await readFile(path, "utf8")));
const hosts = Object.fromEntries(
  await Promise.all(
    Object.entries(certificates.hosts).map(async ([host, pair]) => [host, await read(pair)] as const),
  ),
);
const fallback = await read(certificates.fallback);
const servers = await Promise.all(
  listen.map((one) =>
    startWebServers(one, { hosts, fallback }, (entry) => process.stdout.write(`${JSON.stringify(entry)}\n`)),
  ),
);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(
    signal,
    () => void Promise.all(servers.map((server) => server.close())).then(() => process.exit(0)),
  );
}

async function read(pair: {
  certificate: string;
  key: string;
}): Promise<{ certificate: string; key: string }> {
  const [certificate, key] = await Promise.all([
    readFile(pair.certificate, "utf8"),
    readFile(pair.key, "utf8"),
  ]);
  return { certificate, key };
}
