import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { ClusterAccess } from "../../cluster/access.ts";
import type { PlannedObject } from "../../plan/manifest.ts";
import { applyObjects } from "../../rollout/apply.ts";

/** What is applied, and what was before. */
export interface Change {
  readonly access: ClusterAccess;
  readonly objects: readonly PlannedObject[];
  readonly before: readonly PlannedObject[];
}

/** How long an apply took; `seconds` is undefined where it was stopped at the limit. */
export interface Applied {
  readonly seconds: number | undefined;
}

/** Applies in a process of its own, which ends with its time limit. */
export async function applyWithin(
  change: Change,
  limitSeconds: number,
  folder: string,
  signal: AbortSignal,
): Promise<Applied> {
  const file = join(folder, "change.json");
  await writeFile(file, JSON.stringify(change));
  const result = await execa(process.execPath, [import.meta.filename, file], {
    timeout: limitSeconds * 1000,
    cancelSignal: signal,
    reject: false,
  });
  if (result.failed && !result.timedOut) throw result;
  return { seconds: result.timedOut ? undefined : Number(result.stdout) };
}

if (import.meta.main) {
  const { access, objects, before } = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as Change;
  const begin = performance.now();
  await applyObjects(access, objects, before);
  process.stdout.write(String((performance.now() - begin) / 1000));
}
