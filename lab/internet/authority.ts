import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Authority, createAuthority, type KeyPair, loadAuthority } from "../cluster/certificates.ts";

/** Paths of the authority's two PEM files. */
export interface AuthorityFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The authority's files in a folder. */
export function authorityFiles(directory: string): AuthorityFiles {
  return { certificate: join(directory, "authority.crt"), key: join(directory, "authority.key") };
}

/**
 * Paths of the second authority, which nothing trusts unless told so, and of a client certificate of it. Each lab has
 * its own; `readAuthority` of the first issues more.
 */
export function privateFiles(stateDirectory: string): { authority: AuthorityFiles; client: KeyPair } {
  const directory = join(stateDirectory, "internet", "private");
  return {
    authority: authorityFiles(directory),
    client: { certificate: join(directory, "client.crt"), key: join(directory, "client.key") },
  };
}

/**
 * Names the half-year: certificates live for a year, so an authority that is made anew with each half-year
 * is never near its end.
 */
export function authorityPeriod(now: Date): string {
  return `${now.getUTCFullYear()}-${now.getUTCMonth() < 6 ? 1 : 2}`;
}

/** Makes the certificate authority that the lab's internet has in place of the world's, in a folder. */
export async function writeAuthority(directory: string): Promise<void> {
  await savePair(authorityFiles(directory), await createAuthority("Sallyport lab internet"));
}

/** Makes the private authority and its client certificate, in their folder. */
export async function writePrivateAuthority(stateDirectory: string): Promise<void> {
  const { authority, client } = privateFiles(stateDirectory);
  await mkdir(dirname(authority.certificate), { recursive: true, mode: 0o700 });
  const made = await createAuthority("Sallyport lab private");
  await savePair(authority, made);
  await savePair(client, await made.issue({ commonName: "client", organisation: "lab" }));
}

/** Writes a certificate and its key, the key for its owner alone. */
export async function savePair(paths: KeyPair, { certificate, key }: KeyPair): Promise<void> {
  await writeFile(paths.certificate, certificate);
  await writeFile(paths.key, key, { mode: 0o600 });
}

/** An authority that was made before, to issue certificates with. */
export async function readAuthority(files: AuthorityFiles): Promise<Authority> {
  const [certificate, key] = await Promise.all([
    readFile(files.certificate, "utf8"),
    readFile(files.key, "utf8"),
  ]);
  return loadAuthority({ certificate, key });
}
