import { randomUUID } from "node:crypto";
import type { Client, World } from "./document.ts";
import { jsonLines } from "./json-lines.ts";
import { poll } from "./poll.ts";
import type { Row } from "./row.ts";

/** A line of a gateway's log: each field by its name. */
type LogLine = Readonly<Record<string, unknown>>;

/** Declared in every environment whose log is read, for {@link logRow} alone. */
const FENCE_HOST = "echo.example.com";

/** Envoy writes its lines within a second, and kubelet takes them from there. */
const LIMIT_MILLISECONDS = 20_000;

/** Calls whose lines are looked at. */
interface LoggedCalls {
  /** The gateway's namespace; it has one pod there. */
  readonly namespace: string;
  /** Who calls, and who makes the walk's own calls where that is another. */
  readonly client: Client;
  readonly watcher?: Client;
  readonly command: string;
}

/** A row of the lines that calls leave, each told in some words; another caller than theirs is named. */
export function logRow(
  world: World,
  calls: LoggedCalls,
  told: (line: LogLine) => string,
  expected: string,
): Row {
  const { namespace, client, command } = calls;
  const principal = `spiffe://cluster.local/ns/${client.namespace}/sa/${client.account}`;
  return {
    step: `${client.namespace}/${client.account}: the log`,
    command: `${command}; kubectl logs -n ${namespace} deploy/egress`,
    expected,
    answer: async () => {
      const lines = await linesOf(world, calls);
      const words = lines.map((line) =>
        line.sourcePrincipal === principal ? told(line) : `${told(line)} by ${line.sourcePrincipal}`,
      );
      return words.join(", ") || "no line";
    },
  };
}

/**
 * The lines that calls leave in a gateway's log, all of them: lines are written in order, and these calls stand between
 * two of the walk's own, each of which is waited for.
 */
async function linesOf(
  world: World,
  { namespace, client, watcher = client, command }: LoggedCalls,
): Promise<LogLine[]> {
  const before = await linesUntilNow(world, namespace, watcher);
  await world.shell(client, command);
  const after = await linesUntilNow(world, namespace, watcher);
  return after.slice(before.length).filter(({ host }) => host !== FENCE_HOST);
}

async function linesUntilNow(world: World, namespace: string, client: Client): Promise<LogLine[]> {
  const path = `/${randomUUID()}`;
  await world.shell(client, `curl -s -m 10 -o /dev/null http://${FENCE_HOST}${path}`);
  const lines = await poll(async () => {
    const text = await world.kubectl.run(["logs", "-n", namespace, "deploy/egress"]);
    const lines = jsonLines<LogLine>(text).filter(({ event }) => event !== undefined);
    const found = lines.findLastIndex((line) => line.path === path);
    return found >= 0 ? lines.slice(0, found + 1) : undefined;
  }, LIMIT_MILLISECONDS);
  if (lines === undefined)
    throw new Error(`the log of ${namespace} has no line of http://${FENCE_HOST}${path}`);
  return lines;
}
