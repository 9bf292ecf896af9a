import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";

/** A named input of a build: text as it is, or bytes. */
type Input = string | Uint8Array;

/**
 * A short name for what something is built from: 16 hex digits of a SHA-256 over the named inputs.
 * The order of the names doesn't matter; names and lengths are part of the hash, so moving bytes between inputs changes it.
 */
export function fingerprint(inputs: Readonly<Record<string, Input>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(inputs).sort()) {
    const value = inputs[name] ?? "";
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    hash.update(`${Buffer.byteLength(name)}:${name}=${bytes.byteLength}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The inputs that are files: each path with its content. */
export async function fileInputs(paths: readonly string[]): Promise<Record<string, Input>> {
  const contents = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  return Object.fromEntries(contents);
}

/** SHA-256 of a file of any size, as hex. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
