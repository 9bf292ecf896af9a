import type { LabStatus } from "../../lab/lab.ts";

const phases = {
  none: "No lab is on this machine.",
  starting: "The lab is starting.",
  ready: "The lab is ready.",
  damaged:
    "The lab is damaged: part of it is here, but not all of it runs. Both `lab up` and `lab down` clean it.",
} as const;

/** The lab's status in lines for a person. */
export function describeStatus(status: LabStatus): string {
  const total = status.memory.reduce((sum, { bytes }) => sum + bytes, 0);
  const dead = status.processes.filter(({ alive }) => !alive);
  return [
    phases[status.phase],
    ...(status.busy ? [`Now: ${status.busy}`] : []),
    ...(status.startedAt ? [`Started: ${status.startedAt}${took(status)}`] : []),
    ...(status.kubeconfig ? [`Kubeconfig: ${status.kubeconfig}`] : []),
    ...status.nodes.map((node) => `Node: ${node.name}, ${node.address}, pool ${node.pool}`),
    ...(status.firewall ? firewallLines(status.firewall) : []),
    ...(status.processes.length > 0
      ? [`Processes: ${status.processes.length - dead.length} of ${status.processes.length} run`]
      : []),
    ...dead.map(({ name, log }) => `Dead: ${name}, see ${log}`),
    ...(dead.some(({ name }) => name.endsWith("-network-policies"))
      ? ["NetworkPolicy does not hold where its program is dead: packets pass. `lab up` mends it."]
      : []),
    ...(total > 0
      ? [
          `Memory: ${mebibytes(total)} (${status.memory.map(({ name, bytes }) => `${name} ${mebibytes(bytes)}`).join(", ")})`,
        ]
      : []),
    ...(status.startedAt ? [`Logs: ${status.logs}`] : []),
    "",
  ].join("\n");
}

function took({ startSeconds }: LabStatus): string {
  return startSeconds === undefined ? "" : `, ready after ${startSeconds} s`;
}

function firewallLines({ mode, drops }: NonNullable<LabStatus["firewall"]>): string[] {
  return [
    `Firewall: ${mode}`,
    ...drops.map(({ source, packets }) => `Refused packets of ${source}: ${packets}`),
  ];
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
