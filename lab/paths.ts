import { join } from "node:path";
import envPaths from "env-paths";

/** What a started lab keeps on disk: databases, images, logs. `down` removes it. */
export const stateDirectory = "/var/lib/sallyport-lab";
/** Sockets. */
export const runDirectory = "/run/sallyport-lab";
/** Tells what the process that works on the lab is doing; outside both, so that it stays while `down` empties them. */
export const lockFile = "/run/sallyport-lab.lock";
/**
 * A name for sockets that is in no folder: one process on the machine can listen on it at a time, and the kernel
 * frees it when that process ends, however it ends. So no lock outlives its holder.
 */
export const lockName = "\0sallyport-lab";
export const stateFile = join(stateDirectory, "state.json");
export const logDirectory = join(stateDirectory, "logs");
export const kubeconfigFile = join(stateDirectory, "kubeconfig");
/** Built binaries and images, kept from one lab to the next. */
export const cacheDirectory = envPaths("sallyport", { suffix: "" }).cache;
/** Name of our cgroup in every hierarchy, and start of the name of every network namespace of ours. */
export const labName = "sallyport-lab";
export const namespacePrefix = "sallyport-";
