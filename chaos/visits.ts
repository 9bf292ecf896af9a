import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { RequestVisit } from "../lab/internet/visit.ts";
import type { Way } from "./grants.ts";

/** A request as the outside saw it. */
export interface Visit extends Way {
  readonly time: number;
  /** Where the connection came from, as the outside saw it: one a connection. */
  readonly connection: string;
}

const MARK = "/chaos/";

/**
 * The beginning of a way's URLs. The path tells who calls and how, as the outside sees neither: origination turns HTTP
 * to TLS.
 */
export function urlFor({ account, url }: Way): string {
  const { protocol, port } = new URL(url);
  return `${url}${MARK}${account}/${protocol.slice(0, -1)}/${port || "default"}`;
}

/** Reads a line of the servers' log; undefined where it is none of ours. */
export function parseVisit(line: string): Visit | undefined {
  if (!line.includes(`"${MARK}`)) return undefined;
  const { time, host, path, remoteAddress, remotePort } = JSON.parse(line) as RequestVisit & { time: string };
  const [namespace, account, scheme, port] = path.slice(MARK.length).split("/");
  const authority = `${host.replace(/:\d+$/, "")}${port === "default" ? "" : `:${port}`}`;
  return {
    account: `${namespace}/${account}`,
    url: `${scheme}://${authority}`,
    time: Date.parse(time),
    connection: `${remoteAddress}:${remotePort}`,
  };
}

/** Where the log ends now. */
export async function endOf(log: string): Promise<number> {
  return (await stat(log)).size;
}

/** Our requests in the log from some place on. */
export async function visitsSince(log: string, start: number): Promise<Visit[]> {
  const visits: Visit[] = [];
  for await (const line of createInterface({ input: createReadStream(log, { start }) })) {
    const visit = parseVisit(line);
    if (visit !== undefined) visits.push(visit);
  }
  return visits;
}
