import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** Where the rules of a host of the lab stand in its environment's file, such as `hosts[3].allow`. */
export function labHostPath(host: string): string {
  const { hosts } = parse(readFileSync("stacks/lab/hosts.yaml", "utf8")) as { hosts: { host: string }[] };
  const index = hosts.findIndex((one) => one.host === host);
  if (index < 0) throw new Error(`the lab has no host ${host}`);
  return `hosts[${index}].allow`;
}
