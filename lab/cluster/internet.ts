import { internet } from "../addresses.ts";
import type { Artifacts } from "../build/artifacts.ts";
import { type InternetProcess, internetProcesses } from "../internet/internet.ts";
import { listeners } from "../internet/listeners.ts";
import type { Endpoint } from "../internet/server.ts";
import { internetNamespace } from "../network/topology.ts";
import { stateDirectory } from "../paths.ts";
import { tryCommand } from "../process/command.ts";
import { startProcess, waitFor } from "../process/start.ts";

/** Starts the internet's name server and its other servers, and waits until each takes connections. */
export async function startInternet(artifacts: Artifacts, signal: AbortSignal): Promise<void> {
  const { nameServer, servers } = await internetProcesses(artifacts, stateDirectory);
  await start(nameServer, [{ address: internet.dns, port: 53 }], signal);
  await start(servers, listeners, signal);
}

async function start(
  { name, command, args }: InternetProcess,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<void> {
  const process = await startProcess({ name, command, args, namespace: internetNamespace });
  for (const { address, port } of endpoints) {
    await waitFor(`${address} port ${port} of the lab's internet`, () => accepts(address, port), {
      limit: 20_000,
      signal,
      process,
    });
  }
}

async function accepts(address: string, port: number): Promise<boolean> {
  const script = `exec 3<>/dev/tcp/${address}/${port}`;
  return (
    (await tryCommand("bash", ["-c", script], { namespace: internetNamespace, timeout: 5_000 })).exitCode ===
    0
  );
}
