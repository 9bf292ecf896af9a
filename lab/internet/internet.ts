import { mkdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { internet } from "../addresses.ts";
import type { KeyPair } from "../cluster/certificates.ts";
import {
  type AuthorityFiles,
  privateFiles,
  readAuthority,
  savePair,
  writePrivateAuthority,
} from "./authority.ts";
import { type CertificateKind, issueFor } from "./certificates.ts";
import { hosts } from "./hosts.ts";
import { listeners } from "./listeners.ts";
import type { ServersConfiguration } from "./main.ts";
import { corefile, zone } from "./zone.ts";

/** A program to start in the internet's network namespace; it runs in the foreground until SIGTERM. */
export interface InternetProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The programs of the lab's internet. */
interface InternetProcesses {
  readonly nameServer: InternetProcess;
  /** Everything else that listens. */
  readonly servers: InternetProcess;
}

/** What the internet is made from: the folder with `coredns`, and its authority. */
interface InternetInputs {
  readonly bin: string;
  readonly authority: AuthorityFiles;
}

/** Name of the certificate that a client gets who asks for a host that isn't there. */
const fallbackName = "no-such-host.invalid";

/**
 * Writes the files of the lab's internet below `stateDirectory` and describes its two programs. Their addresses must
 * be there before they start.
 */
export async function internetProcesses(
  inputs: InternetInputs,
  stateDirectory: string,
): Promise<InternetProcesses> {
  const directory = join(stateDirectory, "internet");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    nameServer: await nameServer(inputs.bin, directory),
    servers: await servers(inputs.authority, stateDirectory, directory),
  };
}

async function nameServer(bin: string, directory: string): Promise<InternetProcess> {
  const [zoneFile, configuration] = [join(directory, "zone"), join(directory, "Corefile")];
  await writeFile(zoneFile, zone(hosts, internet.dns));
  await writeFile(configuration, corefile(internet.dns, zoneFile));
  return { name: "internet-names", command: join(bin, "coredns"), args: ["-conf", configuration] };
}

async function servers(
  worldFiles: AuthorityFiles,
  stateDirectory: string,
  directory: string,
): Promise<InternetProcess> {
  const { authority } = privateFiles(stateDirectory);
  await writePrivateAuthority(stateDirectory);
  const authorities = {
    world: await readAuthority(worldFiles),
    private: await readAuthority(authority),
  };
  const certificate = async (
    name: string,
    kind: CertificateKind,
    alsoFor: readonly string[] = [],
  ): Promise<[string, KeyPair]> => {
    const file = join(directory, name.replace("*", "wildcard"));
    const paths = { certificate: `${file}.crt`, key: `${file}.key` };
    await savePair(paths, await issueFor([name, ...alsoFor], kind, authorities));
    return [name, paths];
  };
  const issued = hosts.flatMap(({ name, certificate: kind, alsoFor }) =>
    kind === undefined ? [] : [certificate(name, kind, alsoFor)],
  );
  const [[, fallback], pairs] = await Promise.all([certificate(fallbackName, "valid"), Promise.all(issued)]);
  const configuration: ServersConfiguration = {
    listeners: [...listeners],
    certificates: { hosts: Object.fromEntries(pairs), fallback },
    clientAuthority: authority.certificate,
  };
  const path = join(directory, "web.json");
  await writeFile(path, JSON.stringify(configuration, null, 2));
  return {
    name: "internet-web",
    command: process.execPath,
    // main.ts in the repository, main.js in the package.
    args: [fileURLToPath(new URL(`main${extname(import.meta.filename)}`, import.meta.url)), path],
  };
}
