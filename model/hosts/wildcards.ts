import type { WrittenHost } from "./hosts.ts";
import { type Subject, subjectOf } from "./rules.ts";
import { isWildcard } from "./settings.ts";

/** `.wikipedia.org` and `.org` for `en.wikipedia.org`. */
export function parentsOf(host: string): string[] {
  const labels = host.replace(/^\*\./, "").split(".");
  const start = isWildcard({ host }) ? 0 : 1;
  // A wildcard does not cover itself.
  return labels
    .slice(start)
    .map((_, index) => `.${labels.slice(start + index).join(".")}`)
    .filter((suffix) => `*${suffix}` !== host);
}

/** What covers a host on its port, and what it covers, with their rules: a wildcard's hold for the names under it. */
export interface Coverage {
  /** The wildcards that cover it. */
  readonly over: readonly Subject[];
  /** Of a wildcard, the hosts that it covers. */
  readonly under: readonly Subject[];
}

/** Finds for each of some hosts the wildcards among them that cover it, and the hosts that it covers. */
export function coverageAmong(written: readonly WrittenHost[]): (host: WrittenHost) => Coverage {
  const wildcards = Map.groupBy(
    written.filter(({ host }) => host !== undefined && isWildcard({ host })).map(subjectOf),
    ({ host: { host = "", port } }) => `${host.slice(1)} ${port}`,
  );
  if (wildcards.size === 0) return () => ({ over: [], under: [] });
  const over = ({ host, port }: WrittenHost) =>
    host === undefined ? [] : parentsOf(host).flatMap((suffix) => wildcards.get(`${suffix} ${port}`) ?? []);
  const under = new Map<WrittenHost, Subject[]>();
  for (const host of written)
    for (const wildcard of over(host)) {
      const known = under.get(wildcard.host);
      if (known === undefined) under.set(wildcard.host, [subjectOf(host)]);
      else known.push(subjectOf(host));
    }
  return (host) => ({ over: over(host), under: under.get(host) ?? [] });
}

/** Names for each of some hosts its family: those of one name and port, or under one wildcard on a port. */
export function familiesAmong(written: readonly WrittenHost[]): (host: WrittenHost) => string {
  const wildcards = new Set(
    written.flatMap(({ host, port }) =>
      host !== undefined && isWildcard({ host }) ? [`${host.slice(1)} ${port}`] : [],
    ),
  );
  return ({ host = "", port }) => {
    const names = [isWildcard({ host }) ? host.slice(1) : host, ...parentsOf(host)];
    return names.map((name) => `${name} ${port}`).findLast((key) => wildcards.has(key)) ?? `${host} ${port}`;
  };
}
