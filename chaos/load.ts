import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Clients } from "./clients.ts";
import { type Line, parseLine } from "./lines.ts";

/** What all clients say, as it comes. */
export interface Load {
  /** What has come since it was taken last. @throws if a client's log has ended */
  take(): Line[];
  /** Stops listening. */
  close(): Promise<void>;
}

/** Follows the clients' logs. Kubernetes stamps each line when it is written, so it may be read late. */
export function followLoad(programs: string, kubeconfig: string, clients: readonly Clients[]): Load {
  const lines: Line[] = [];
  const stop = new AbortController();
  let failure: Error | undefined;
  const following = clients.map(async ({ namespace, account }) => {
    const following = execa(
      join(programs, "kubectl"),
      [
        `--kubeconfig=${kubeconfig}`,
        "logs",
        `--namespace=${namespace}`,
        `deploy/${account}`,
        "--container=clients",
        "--follow",
        "--timestamps",
        "--since=1s",
      ],
      { buffer: false, reject: false, cancelSignal: stop.signal, stdin: "ignore" },
    );
    for await (const text of createInterface({ input: following.stdout })) {
      const line = parseLine(text, `${namespace}/${account}`);
      if (line !== undefined) lines.push(line);
    }
    if (!stop.signal.aborted) failure = new Error(`the log of ${namespace}/${account} has ended`);
  });
  return {
    take() {
      if (failure !== undefined) throw failure;
      return lines.splice(0);
    },
    async close() {
      stop.abort();
      await Promise.all(following);
    },
  };
}
