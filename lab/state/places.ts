import { mkdir, readdir, readFile, rmdir, stat } from "node:fs/promises";
import { runCommand } from "../process/command.ts";
import { isGone } from "../process/identity.ts";
import { updateState } from "./state.ts";

/** Makes a standard folder of the machine where it has none; the lab's removal takes it away again. */
export async function makePlace(place: string): Promise<void> {
  if (await exists(place)) return;
  // Remembered before it is made, so that a kill in between leaves none that nobody knows.
  await updateState((state) => ({
    ...state,
    createdFolders: [...state.createdFolders.filter((folder) => folder !== place), place],
  }));
  // Its parent exists on any Linux machine; another node may have made it since.
  await mkdir(place, { recursive: true });
}

/** Removes the folders that the lab made, the last first; not one that somebody else uses by now. */
export async function removePlaces(places: readonly string[]): Promise<void> {
  for (const place of [...places].reverse()) {
    try {
      if ((await readdir(place)).length > 0) continue;
      // `ip netns` mounts its folder on itself.
      if (await isMount(place)) await runCommand("umount", [place]);
      await rmdir(place);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(code)) throw error;
    }
  }
}

async function isMount(place: string): Promise<boolean> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  return lines.some((line) => line.split(" ")[4] === place);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => {
      if (isGone(error)) return false;
      throw error;
    },
  );
}
