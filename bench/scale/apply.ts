import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { ClusterAccess } from "../../cluster/access.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { planRollout, runRollout } from "../../rollout/apply.ts";
import { writeObjects } from "../write.ts";

/** What is applied, and how. */
export interface Change {
  readonly access: ClusterAccess;
  readonly objects: readonly PlannedObject[];
  /** By `sallyport apply` for the environment of this name, with its gates; written one by one where left out. */
  readonly environment?: string;
  /** Seconds after which it is stopped. */
  readonly limitSeconds: number;
}

/** How long an apply took; `seconds` is undefined where it was stopped at the limit. */
export interface Applied {
  readonly seconds: number | undefined;
}

/** Applies in a process of its own, which ends with its time limit. */
export async function applyWithin(change: Change, folder: string, signal: AbortSignal): Promise<Applied> {
  const file = join(folder, "change.json");
  await writeFile(file, JSON.stringify(change));
  const result = await execa(process.execPath, [import.meta.filename, file], {
    timeout: change.limitSeconds * 1000,
    cancelSignal: signal,
    reject: false,
  });
  if (result.failed && !result.timedOut) throw new Error(result.stderr || result.shortMessage);
  return { seconds: result.timedOut ? undefined : Number(result.stdout) };
}

if (import.meta.main) {
  const text = await readFile(process.argv[2] ?? "", "utf8");
  const { access, objects, environment, limitSeconds } = JSON.parse(text) as Change;
  const begin = performance.now();
  if (environment === undefined) await writeObjects(access, objects);
  else {
    const rollout = await planRollout(access, environment, objects);
    await runRollout(access, rollout, { istiodNamespace: "istio-system", limitSeconds });
  }
  process.stdout.write(String((performance.now() - begin) / 1000));
}
