import type { Way } from "./grants.ts";
import type { Line } from "./lines.ts";
import type { Visit } from "./visits.ts";

/** Something of an application that was seen outside: a request there, or an event of a stream at its client. */
export interface Sighting extends Way {
  readonly time: number;
  /** When the same caller was first seen on the connection or stream that carried it. */
  readonly since: number;
}

/** All that was seen, with the age of what carried it. */
export function sightingsOf(visits: readonly Visit[], lines: readonly Line[]): Sighting[] {
  return [...ofVisits(visits), ...ofStreams(lines)];
}

function ofVisits(visits: readonly Visit[]): Sighting[] {
  const first = new Map<string, number>();
  return visits.map(({ account, url, time, connection }) => {
    const key = `${account} ${url} ${connection}`;
    const since = first.get(key) ?? time;
    first.set(key, since);
    return { account, url, time, since };
  });
}

/** A stream's events follow each other until it has ended. */
function ofStreams(lines: readonly Line[]): Sighting[] {
  const first = new Map<string, number>();
  return lines.flatMap((line) => {
    if (line.kind === "stream") first.delete(`${line.stream.account} ${line.stream.url}`);
    if (line.kind !== "event") return [];
    const { account, url, time } = line.event;
    const key = `${account} ${url}`;
    const since = first.get(key) ?? time;
    first.set(key, since);
    return [{ account, url, time, since }];
  });
}
