import { setTimeout as sleepFor } from "node:timers/promises";
import type { BenchCluster, Container } from "./cluster.ts";

const SECONDS_TO_ANSWER = 60;

/** Waits until a client gets 200 for a URL: every proxy on its way has its configuration then. @throws if it does not */
export async function answering(
  { exec }: BenchCluster,
  client: Container,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  // Any failure is asked again; curl's own exit code would end it.
  const ask = `curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' ${url} || true`;
  let code = "";
  for (let second = 0; second < SECONDS_TO_ANSWER; second++) {
    code = await exec(client, ["sh", "-c", ask]);
    if (code === "200") return;
    await sleepFor(1_000, undefined, { signal });
  }
  throw new Error(`${url} does not answer for ${client.namespace}: ${code}`);
}
