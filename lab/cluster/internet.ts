import { internet } from "../addresses.ts";
import type { Artifacts } from "../build/artifacts.ts";
import { internetProcesses } from "../internet/internet.ts";
import { internetNamespace } from "../network/topology.ts";
import { stateDirectory } from "../paths.ts";
import { tryCommand } from "../process/command.ts";
import { startProcess, waitFor } from "../process/start.ts";

/** Starts the internet's name server and web servers, and waits until they take connections. */
export async function startInternet(artifacts: Artifacts, signal: AbortSignal): Promise<void> {
  const processes = await internetProcesses(artifacts, stateDirectory);
  const started = await Promise.all(
    processes.map(({ name, command, args }) =>
      startProcess({ name, command, args, namespace: internetNamespace }),
    ),
  );
  for (const [address, port] of [
    [internet.dns, 53],
    [internet.web, 80],
    [internet.web, 443],
  ] as const) {
    await waitFor(`${address} port ${port} of the lab's internet`, async () => await accepts(address, port), {
      limit: 20_000,
      signal,
      ...(started[0] ? { process: started[0] } : {}),
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
