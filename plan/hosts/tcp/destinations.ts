import type { Host } from "../../../model/environment.ts";
import { namesOfRange } from "./address-names.ts";

/** What a TCP host is asked for by: its name, or the addresses it has as names and prefixes of names. */
export function destinationsOf({ host, addresses }: Host): string[] {
  return addresses === undefined ? [host] : addresses.flatMap(namesOfRange);
}

/** A destination as a CONNECT names it. */
export function withPort(name: string, port: number): string {
  return name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
}
