import { type LabStarted, labDown, labUp } from "../../lab/lab.ts";

/** Why this machine can't have a lab, or undefined where it could: then a lab that does not start is a failure. */
export function noLabBecause(): string | undefined {
  if (process.platform !== "linux") return "the lab needs Linux";
  if (process.getuid?.() !== 0) return "the lab needs root";
  return undefined;
}

/** A cold lab builds everything first. */
export const LAB_LIMIT = 45 * 60_000;

/** Starts the lab, or takes the one that runs. */
export async function startLab(): Promise<LabStarted> {
  return await labUp({ signal: new AbortController().signal });
}

/** Ends the lab if `startLab` started it. */
export async function endLab(lab: LabStarted | undefined): Promise<void> {
  if (lab !== undefined && !lab.alreadyRunning) await labDown();
}
