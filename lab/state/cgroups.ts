import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { labName } from "../paths.ts";
import { isGone } from "../process/identity.ts";

interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
}

/** The machine's cgroup hierarchies: one for each controller (v1), or a single one (v2), or v1 beside an empty v2. */
async function hierarchies(): Promise<Hierarchy[]> {
  const found: Hierarchy[] = [];
  for (const line of (await readFile("/proc/self/mountinfo", "utf8")).trim().split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const mount = before.split(" ")[4] ?? "";
    const [type, , options = ""] = after.split(" ");
    if (type === "cgroup") found.push({ mount, version: 1, controllers: options.split(",") });
    if (type === "cgroup2") {
      const controllers = (await readFile(join(mount, "cgroup.controllers"), "utf8")).trim();
      found.push({ mount, version: 2, controllers: controllers ? controllers.split(" ") : [] });
    }
  }
  return found;
}

/** Makes the cgroup of one node's pods and that of the lab's own processes, in every hierarchy. */
export async function makeCgroups(children: readonly string[]): Promise<void> {
  for (const { mount, version, controllers } of await hierarchies()) {
    const own = join(mount, labName);
    for (const folder of [own, ...["system", ...children].map((child) => join(own, child))]) {
      await mkdir(folder, { recursive: true });
      if (version === 1 && controllers.includes("cpuset")) await inheritCpuset(folder);
    }
    if (version === 2 && controllers.length > 0) {
      const enable = controllers.map((controller) => `+${controller}`).join(" ");
      await writeFile(join(mount, "cgroup.subtree_control"), enable);
      await writeFile(join(own, "cgroup.subtree_control"), enable);
    }
  }
}

/** A fresh v1 cpuset is empty, and nothing may run in it until it names cores and memory nodes. */
async function inheritCpuset(folder: string): Promise<void> {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const value = await readFile(join(folder, "..", file), "utf8");
    await writeFile(join(folder, file), value);
  }
}

/** The cgroups that the lab's own processes join: memory and pids tell what it uses, on v2 the one there is. */
export async function systemCgroups(): Promise<string[]> {
  return (await hierarchies())
    .filter(({ version, controllers }) =>
      version === 2
        ? controllers.includes("memory")
        : controllers.includes("memory") || controllers.includes("pids"),
    )
    .map(({ mount }) => join(mount, labName, "system"));
}

/** Every process of the lab: ours and all that they or the pods started. */
export async function labPids(): Promise<Set<number>> {
  const pids = new Set<number>();
  for (const folder of await ownFolders()) {
    const content = await ignoreGone(readFile(join(folder, "cgroup.procs"), "utf8"));
    for (const pid of (content ?? "").split("\n")) if (pid) pids.add(Number(pid));
  }
  return pids;
}

/** Whether a cgroup of ours is there. */
export async function hasCgroups(): Promise<boolean> {
  return (await ownFolders()).length > 0;
}

/** Removes our cgroups; they must be empty of processes. Gives the number removed. */
export async function removeCgroups(): Promise<number> {
  const folders = await ownFolders();
  // Children come after their parents in the list, and must go first.
  for (const folder of folders.reverse()) await removeWhenEmpty(folder);
  return folders.length;
}

/** The kernel may take a moment to let go of processes that have just ended. */
async function removeWhenEmpty(folder: string): Promise<void> {
  const end = Date.now() + 5_000;
  for (;;) {
    try {
      await ignoreGone(rmdir(folder));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Memory that the lab's processes hold, in bytes, without the files that the kernel caches for them. */
export async function labMemory(): Promise<{ name: string; bytes: number }[]> {
  const found: { name: string; bytes: number }[] = [];
  for (const { mount, version, controllers } of await hierarchies()) {
    if (!controllers.includes("memory")) continue;
    for (const child of (await ignoreGone(readdir(join(mount, labName), { withFileTypes: true }))) ?? []) {
      if (!child.isDirectory()) continue;
      // Gone when the lab is being removed meanwhile.
      const stat = await ignoreGone(readFile(join(mount, labName, child.name, "memory.stat"), "utf8"));
      if (stat === undefined) continue;
      const bytes = new RegExp(version === 1 ? "^total_rss (\\d+)$" : "^anon (\\d+)$", "m").exec(stat)?.[1];
      found.push({ name: child.name, bytes: Number(bytes ?? 0) });
    }
  }
  return found;
}

async function ownFolders(): Promise<string[]> {
  const folders: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await ignoreGone(readdir(folder, { withFileTypes: true }));
    if (!entries) return;
    folders.push(folder);
    for (const entry of entries) if (entry.isDirectory()) await walk(join(folder, entry.name));
  };
  for (const { mount } of await hierarchies()) await walk(join(mount, labName));
  return folders;
}

async function ignoreGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    // ENODEV is what reading a cgroup that is being removed says.
    if (isGone(error) || (error as NodeJS.ErrnoException).code === "ENODEV") return undefined;
    throw error;
  }
}
