import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runDirectory, stateDirectory } from "../paths.ts";
import { makePlace } from "../state/places.ts";

/** Where one node keeps its things; programs of a node have these, or see them in the standard places. */
export function nodeFolders(node: string) {
  const root = join(stateDirectory, "nodes", node);
  return {
    root,
    containerd: join(root, "containerd"),
    containerdState: join(runDirectory, node, "containerd"),
    socket: join(runDirectory, node, "containerd.sock"),
    kubelet: join(root, "kubelet"),
    config: join(root, "config"),
    cni: join(root, "config", "cni"),
    /** Where the programs would look for extensions, if we had any; they make the folder. */
    extensions: join(root, "extensions"),
    /** Standard places that programs have built in: the node mounts a folder of its own over each. */
    private: [
      { place: "/run/containerd", own: join(runDirectory, node, "shims") },
      { place: "/var/lib/cni", own: join(root, "cni") },
      { place: "/var/lib/kubelet", own: join(root, "kubelet-standard") },
      { place: "/var/log", own: join(root, "log") },
    ],
  };
}

/** Makes the node's folders, and the standard places where the machine has none, remembering which it made. */
export async function makeNodeFolders(node: string): Promise<void> {
  const folders = nodeFolders(node);
  const own = [folders.containerd, folders.containerdState, folders.kubelet, folders.cni];
  for (const folder of [...own, ...folders.private.map((entry) => entry.own)])
    await mkdir(folder, { recursive: true });
  for (const { place } of folders.private) await makePlace(place);
}
