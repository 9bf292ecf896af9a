import { mkdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { internet } from "../addresses.ts";
import type { Authority, KeyPair } from "../cluster/certificates.ts";
import { type AuthorityFiles, readAuthority } from "./authority.ts";
import type { WebServersConfiguration } from "./main.ts";
import { sites } from "./sites.ts";
import { corefile, type NameServer, zone } from "./zone.ts";

/** A program to start in the internet's network namespace; it runs in the foreground until SIGTERM. */
export interface InternetProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What was written for it. */
  readonly files: readonly string[];
}

/** What the internet is made from: the folder with `coredns`, and its authority. */
export interface InternetInputs {
  readonly bin: string;
  readonly authority: AuthorityFiles;
}

/** Name of the certificate that a client gets who asks for a host that isn't there. */
const fallbackName = "no-such-host.invalid";

/**
 * Writes the files of the lab's internet below `stateDirectory` and describes its two programs: the name server
 * and the web servers. Their addresses must be there before they start.
 */
export async function internetProcesses(
  inputs: InternetInputs,
  stateDirectory: string,
): Promise<InternetProcess[]> {
  const directory = join(stateDirectory, "internet");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return [await nameServer(inputs.bin, directory), await webServers(inputs.authority, directory)];
}

async function nameServer(bin: string, directory: string): Promise<InternetProcess> {
  const server: NameServer = {
    address: internet.dns,
    hosts: sites.map((site) => site.host),
    ipv4: internet.web,
    ipv6: internet.web6,
  };
  const [zoneFile, configuration] = [join(directory, "zone"), join(directory, "Corefile")];
  await writeFile(zoneFile, zone(server));
  await writeFile(configuration, corefile(server, zoneFile));
  return {
    name: "internet-names",
    command: join(bin, "coredns"),
    args: ["-conf", configuration],
    files: [zoneFile, configuration],
  };
}

async function webServers(files: AuthorityFiles, directory: string): Promise<InternetProcess> {
  const authority = await readAuthority(files);
  const hosts = Object.fromEntries(
    await Promise.all(
      sites.map(async ({ host }) => [host, await certificate(authority, host, directory)] as const),
    ),
  );
  const fallback = await certificate(authority, fallbackName, directory);
  const configuration: WebServersConfiguration = {
    listen: [internet.web, internet.web6].map((address) => ({ address, http: 80, https: 443 })),
    certificates: { hosts, fallback },
  };
  const path = join(directory, "web.json");
  await writeFile(path, JSON.stringify(configuration, null, 2));
  return {
    name: "internet-web",
    command: process.execPath,
    // main.ts in the repository, main.js in the package.
    args: [fileURLToPath(new URL(`main${extname(import.meta.filename)}`, import.meta.url)), path],
    files: [path, ...Object.values(hosts).flatMap((pair) => [pair.certificate, pair.key])],
  };
}

/** Issues a host's certificate and returns the paths of its two files. */
async function certificate(authority: Authority, host: string, directory: string): Promise<KeyPair> {
  const pair = await authority.issue({ commonName: host, dnsNames: [host] });
  const paths = { certificate: join(directory, `${host}.crt`), key: join(directory, `${host}.key`) };
  await writeFile(paths.certificate, pair.certificate);
  await writeFile(paths.key, pair.key, { mode: 0o600 });
  return paths;
}
