import type { Answer, Kubectl } from "./kubectl.ts";
import type { Row } from "./row.ts";

/** A workload that calls: its namespace and its account, whose name its Deployment has. */
export interface Client {
  readonly namespace: string;
  readonly account: string;
}

/** What a document's rows act on. */
export interface World {
  readonly kubectl: Kubectl;
  /** Runs a shell command in a client's pod. */
  shell(client: Client, command: string): Promise<Answer>;
}

/** A step of a document. Its environment is in force, gate and all, and its clients run when its rows are walked. */
export interface Step {
  readonly title: string;
  /** The environment file; what was in force stays where left out. */
  readonly file?: string;
  /** Who calls from this step on. */
  readonly clients?: readonly Client[];
  /** What else has to be there, before the environment. */
  readonly prepare?: () => Promise<void>;
  readonly rows: readonly Row[];
  /** Takes away what `prepare` made; harmless where it is not. */
  readonly ends?: () => Promise<void>;
}

/** A document as a sequence of environments, each with the rows that hold in it. */
export type Document = (world: World) => readonly Step[];

/** A row of one command in a client's pod: what is read from its output, or how it ends if not well. */
export function commandRow(
  { shell }: World,
  client: Client,
  row: Omit<Row, "answer">,
  read = (stdout: string) => stdout.trim(),
): Row {
  return {
    ...row,
    step: `${client.namespace}/${client.account}: ${row.step}`,
    answer: async () => {
      const { stdout, exitCode } = await shell(client, row.command);
      return exitCode === 0 ? read(stdout) : `exit ${exitCode}`;
    },
  };
}
