import { execa } from "execa";
import type { ClusterAccess } from "../cluster/access.ts";

/** What a command in a pod, or kubectl itself, answered. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** kubectl on one cluster, each call with a time limit. */
export interface Kubectl {
  /** Runs kubectl and gives its answer, whatever it is. */
  try(args: readonly string[], input?: string): Promise<Answer>;
  /** Runs kubectl and gives its output. @throws if it fails */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Runs a command in the `sleep` Deployment of a namespace, or in another pod. */
  exec(namespace: string, command: readonly string[], pod?: string, container?: string): Promise<Answer>;
}

const LIMIT = 150_000;

/** @param program kubectl, by name or path */
export function kubectl(program: string, { kubeconfig, context }: ClusterAccess): Kubectl {
  const cluster = [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
  ];
  const attempt = async (args: readonly string[], input = ""): Promise<Answer> => {
    const result = await execa(program, [...cluster, ...args], { input, timeout: LIMIT, reject: false });
    return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? -1 };
  };
  return {
    try: attempt,
    async run(args, input) {
      const answer = await attempt(args, input);
      if (answer.exitCode !== 0)
        throw new Error(`kubectl ${args.join(" ")}: ${answer.stderr || answer.stdout}`);
      return answer.stdout;
    },
    exec: (namespace, command, pod = "deploy/sleep", container = "sleep") =>
      attempt(["exec", `--namespace=${namespace}`, pod, `--container=${container}`, "--", ...command]),
  };
}
