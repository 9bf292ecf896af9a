import type { BenchCluster, Container } from "./cluster.ts";

/** Linux counts a process's time in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds that the processor worked for the process of a name, in its own code and the kernel's.
 *
 * @param stat the lines of `/proc/PID/stat` of every process
 * @throws if there is no such process
 */
export function processorSeconds(stat: string, name: string): number {
  const [, rest] =
    stat
      .split("\n")
      .find((line) => line.includes(`(${name})`))
      ?.split(") ", 2) ?? [];
  if (rest === undefined) throw new Error(`no process ${name} runs: ${stat}`);
  // proc_pid_stat(5) counts from 1, and two fields stand before this.
  const [user, system] = rest.split(" ").slice(11, 13).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / TICKS_PER_SECOND;
}

/** What the processor has worked for the Envoy of a namespace's first pod so far, in seconds. */
export async function envoySeconds({ pods, exec }: BenchCluster, namespace: string): Promise<number> {
  const stat = await exec(await envoyOf({ pods }, namespace), ["sh", "-c", "cat /proc/[0-9]*/stat"]);
  return processorSeconds(stat, "envoy");
}

/** The proxy of a namespace's first pod. @throws if there is no pod */
export async function envoyOf({ pods }: Pick<BenchCluster, "pods">, namespace: string): Promise<Container> {
  const [pod] = await pods(namespace);
  if (pod === undefined) throw new Error(`${namespace} has no pod`);
  return { namespace, pod, container: "istio-proxy" };
}
