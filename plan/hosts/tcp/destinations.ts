import type { Host } from "../../../model/environment.ts";
import { namesOfRange } from "./address-names.ts";

/** What a TCP host is asked for by: its name, or the addresses it has as names and prefixes of names. */
export function destinationsOf({ host, addresses }: Host): string[] {
  return addresses === undefined ? [host] : addresses.flatMap(namesOfRange);
}

/** A destination as a CONNECT names it, by what a policy compares that with; a prefix says nothing of the port. */
export function connectName(name: string, port: number): string {
  const start = name.includes(":") ? `[${name}` : name;
  if (name.endsWith("*")) return start;
  return name.includes(":") ? `${start}]:${port}` : `${start}:${port}`;
}
