import { join } from "node:path";
import type { ClusterAccess } from "../cluster/access.ts";
import type { Deployment } from "./deployment/deployment.ts";
import { type Kubectl, kubectl } from "./kubectl.ts";
import { type Row, type WalkedRow, walkRow } from "./row.ts";

/** What only the lab has: an internet of its own, and a firewall before it. */
export interface LabInternet {
  /** The one address that all names have there. */
  readonly address: string;
  /** The same in IPv6; undefined where the machine has none. */
  readonly address6?: string;
  setFirewall(mode: "open" | "gateway-nodes"): Promise<void>;
  /** Packets that the firewall refused so far. */
  drops(): Promise<number>;
}

/** Where and how rows are walked. */
export interface Walk {
  readonly access: ClusterAccess;
  /** The folder with kubectl; the one on PATH where left out. */
  readonly programs?: string;
  /** The lab's own side; rows that need it are left out on another cluster. */
  readonly internet?: LabInternet;
  /** The image of the workloads, with curl and openssl. */
  readonly image: string;
  readonly deployment: Deployment;
  /** Ends the walk after the question at hand; what it made is removed. */
  readonly signal: AbortSignal;
  /** Is told each part's title and each row as it is done. */
  readonly report: (line: string | WalkedRow) => void;
}

/** The cluster's kubectl. */
export function kubectlOf({ programs, access }: Pick<Walk, "programs" | "access">): Kubectl {
  return kubectl(programs === undefined ? "kubectl" : join(programs, "kubectl"), access);
}

/** Walks rows one after the other. @throws the signal's reason where it was ended */
export async function walkRows(
  rows: readonly Row[],
  { signal, report }: Pick<Walk, "signal" | "report">,
): Promise<WalkedRow[]> {
  const walked: WalkedRow[] = [];
  for (const row of rows) {
    const done = await walkRow(row);
    signal.throwIfAborted();
    walked.push(done);
    report(done);
  }
  return walked;
}
