import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, createAuthority, loadAuthority } from "../cluster/certificates.ts";

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
 * Names the half-year: certificates live for a year, so an authority that is made anew with each half-year
 * is never near its end.
 */
export function authorityPeriod(now: Date): string {
  return `${now.getUTCFullYear()}-${now.getUTCMonth() < 6 ? 1 : 2}`;
}

/** Makes the certificate authority that the lab's internet has in place of the world's, in a folder. */
export async function writeAuthority(directory: string): Promise<void> {
  const files = authorityFiles(directory);
  const { certificate, key } = await createAuthority("Sallyport lab internet");
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key, { mode: 0o600 });
}

/** The authority that `writeAuthority` made, to issue certificates with. */
export async function readAuthority(files: AuthorityFiles): Promise<Authority> {
  const [certificate, key] = await Promise.all([
    readFile(files.certificate, "utf8"),
    readFile(files.key, "utf8"),
  ]);
  return loadAuthority({ certificate, key });
}
