import type { Host, HostSettings } from "../environment.ts";
import { hostSettings } from "../schema/host.ts";

const KEYS = Object.keys(hostSettings) as (keyof typeof hostSettings)[];

/** What a host has of its own, in the schema's order; hosts that are alike in this can share their routes. */
export function settingsOf(host: HostSettings): HostSettings {
  return Object.fromEntries(
    KEYS.flatMap((key) => (host[key] === undefined ? [] : [[key, host[key]]])),
  ) as HostSettings;
}

/** Whether it stands for every name under a domain. */
export function isWildcard({ host }: Pick<Host, "host">): boolean {
  return host.startsWith("*.");
}
