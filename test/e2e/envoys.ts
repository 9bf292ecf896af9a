import { readdirSync, readFileSync } from "node:fs";

/** The Envoys of the pods in a namespace, as this machine's processes. */
export async function envoysOf(
  namespace: string,
  run: (args: readonly string[]) => Promise<string>,
): Promise<{ pod: string; pid: number }[]> {
  const format = '{range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}';
  const listed = await run(["get", "pods", "-n", namespace, "-o", `jsonpath=${format}`]);
  return listed.split("\n").flatMap((line) => {
    const [pod, uid] = line.split(" ");
    if (pod === undefined || uid === undefined) return [];
    const pid = readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && isEnvoyOf(entry, uid));
    return pid === undefined ? [] : [{ pod, pid: Number(pid) }];
  });
}

function isEnvoyOf(pid: string, uid: string): boolean {
  try {
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, "utf8").replaceAll("_", "-");
    return cgroup.includes(uid) && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "envoy";
  } catch {
    return false; // ended since it was listed
  }
}
