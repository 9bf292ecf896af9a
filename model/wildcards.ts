import { isWildcard } from "./host-settings.ts";
import type { WrittenHost } from "./hosts.ts";

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

/** The wildcards that cover a host on its port, another than itself. */
export function wildcardsOver(
  written: readonly WrittenHost[],
): (host: WrittenHost) => readonly WrittenHost[] {
  const wildcards = Map.groupBy(
    written.filter(({ host }) => host !== undefined && isWildcard({ host })),
    ({ host = "", port }) => `${host.slice(1)} ${port}`,
  );
  return ({ host, port }) =>
    host === undefined || wildcards.size === 0
      ? []
      : parentsOf(host).flatMap((suffix) => wildcards.get(`${suffix} ${port}`) ?? []);
}
