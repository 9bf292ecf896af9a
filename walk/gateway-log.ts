import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, World } from "./document.ts";

/** A line of a gateway's log: each field by its name. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Declared in every environment whose log is read, for {@link linesOf} alone. */
const FENCE_HOST = "echo.example.com";

/** Envoy writes its lines within a second, and kubelet takes them from there. */
const LIMIT_MILLISECONDS = 20_000;
const PAUSE_MILLISECONDS = 200;

/**
 * The lines that calls leave in a gateway's log, all of them: lines are written in order, and these calls stand between
 * two of the walk's own, each of which is waited for.
 *
 * @param namespace the gateway's; it has one pod
 * @param client who makes the walk's own calls
 */
export async function linesOf(
  world: World,
  namespace: string,
  client: Client,
  calls: () => Promise<unknown>,
): Promise<LogLine[]> {
  const before = await linesUntilNow(world, namespace, client);
  await calls();
  const after = await linesUntilNow(world, namespace, client);
  return after.slice(before.length).filter(({ host }) => host !== FENCE_HOST);
}

async function linesUntilNow(world: World, namespace: string, client: Client): Promise<LogLine[]> {
  const path = `/${randomUUID()}`;
  await world.shell(client, `curl -s -m 10 -o /dev/null http://${FENCE_HOST}${path}`);
  const end = Date.now() + LIMIT_MILLISECONDS;
  for (;;) {
    const text = await world.kubectl.run(["logs", "-n", namespace, "deploy/egress"]);
    const lines = text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ event }) => event !== undefined);
    const found = lines.findLastIndex((line) => line.path === path);
    if (found >= 0) return lines.slice(0, found + 1);
    if (Date.now() > end)
      throw new Error(`the log of ${namespace} has no line of http://${FENCE_HOST}${path}`);
    await pause(PAUSE_MILLISECONDS);
  }
}
