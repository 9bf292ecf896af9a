import { setTimeout as sleepFor } from "node:timers/promises";
import { execa } from "execa";
import type { ClusterAccess } from "../cluster/access.ts";
import { type Manifest, objectKey } from "../plan/manifest.ts";
import { kubectl } from "../walk/kubectl.ts";
import { sleep } from "../walk/workloads.ts";

/** A cluster to measure on. */
export interface BenchCluster {
  readonly access: ClusterAccess;
  /** Makes a namespace of its own, whose pods get a sidecar unless told otherwise. */
  addNamespace(name: string, injected?: boolean): Promise<void>;
  /** Makes objects that are no part of what is measured. */
  add(manifests: readonly Manifest[]): Promise<void>;
  /** Starts a pod that waits for commands, Deployment `sleep`. */
  addClient(namespace: string): Promise<void>;
  /** Waits until a Deployment has all its pods. */
  rolledOut(namespace: string, deployment: string): Promise<void>;
  /** Removes these namespaces with all in them, and waits until they are gone. */
  removeNamespaces(names: readonly string[]): Promise<void>;
  /** Names of the pods of a namespace, of those with a label where one is given. */
  pods(namespace: string, label?: string): Promise<string[]>;
  /** How often a container was started again. */
  restarts(container: Container): Promise<number>;
  /** How many of these objects there are. */
  count(manifests: readonly Manifest[]): Promise<number>;
  /** Runs a command in a container and gives its output. @throws if it fails or takes longer than the limit */
  exec(target: Container, command: readonly string[], seconds?: number): Promise<string>;
}

/** A container of a pod, or of a Deployment's first pod (`deploy/NAME`). */
export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What {@link benchCluster} takes. */
interface BenchClusterArgs {
  /** kubectl, by name or path. */
  readonly program: string;
  readonly access: ClusterAccess;
  /** The clients' image. */
  readonly image: string;
  readonly signal: AbortSignal;
}

/** A namespace with thousands of objects takes minutes. */
const REMOVAL_SECONDS = 900;

/** A cluster to measure on, by its kubectl. */
export function benchCluster({ program, access, image, signal }: BenchClusterArgs): BenchCluster {
  const { run } = kubectl(program, access);
  const cluster = [
    ...(access.kubeconfig === undefined ? [] : [`--kubeconfig=${access.kubeconfig}`]),
    ...(access.context === undefined ? [] : [`--context=${access.context}`]),
  ];
  const add = async (manifests: readonly Manifest[]) => {
    signal.throwIfAborted();
    await run(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }));
  };
  return {
    access,
    addNamespace: (name, injected = true) =>
      add([
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name, ...(injected ? { labels: { "istio-injection": "enabled" } } : {}) },
        },
      ]),
    add,
    addClient: (namespace) => add([sleep(namespace, image)]),
    async rolledOut(namespace, deployment) {
      const status = ["rollout", "status", `deploy/${deployment}`, `--namespace=${namespace}`];
      await run([...status, "--timeout=140s"]);
    },
    async removeNamespaces(names) {
      await run(["delete", "namespace", ...names, "--ignore-not-found", "--wait=false"]);
      // kubectl's own wait gives up with kubectl(); a namespace with thousands of objects takes longer.
      const end = performance.now() + REMOVAL_SECONDS * 1000;
      for (;;) {
        const left = await run(["get", "namespace", ...names, "--ignore-not-found", "--output=name"]);
        if (left === "") return;
        if (performance.now() > end)
          throw new Error(`after ${REMOVAL_SECONDS} s still there: ${left.split("\n").join(", ")}`);
        await sleepFor(1_000);
      }
    },
    async pods(namespace, label) {
      const which = label === undefined ? [] : [`--selector=${label}`];
      const names = "--output=jsonpath={.items[*].metadata.name}";
      const found = await run(["get", "pods", `--namespace=${namespace}`, ...which, names]);
      return found.split(" ").filter((name) => name !== "");
    },
    async restarts({ namespace, pod, container }) {
      const count = `{.status.containerStatuses[?(@.name=="${container}")].restartCount}`;
      return Number(await run(["get", "pod", pod, `--namespace=${namespace}`, `--output=jsonpath=${count}`]));
    },
    async count(manifests) {
      const kinds = new Set(manifests.map(resourceOf));
      const line = "{.kind}/{.metadata.namespace}/{.metadata.name}";
      const found = await run([
        ...["get", [...kinds].join(","), "--all-namespaces"],
        `--output=jsonpath={range .items[*]}${line}{"\\n"}{end}`,
      ]);
      const there = new Set(found.split("\n").map((key) => key.replace("//", "/")));
      return manifests.filter((manifest) => there.has(objectKey(manifest))).length;
    },
    async exec({ namespace, pod, container }, command, seconds = 60) {
      const args = ["exec", `--namespace=${namespace}`, pod, `--container=${container}`, "--", ...command];
      const { stdout } = await execa(program, [...cluster, ...args], {
        timeout: seconds * 1000,
        cancelSignal: signal,
        maxBuffer: 1 << 30,
      });
      return stdout;
    },
  };
}

/** A kind as kubectl tells it from others of its name, such as `Gateway.v1.networking.istio.io`. */
function resourceOf({ apiVersion, kind }: Manifest): string {
  const [group, version] = apiVersion.split("/");
  return version === undefined ? kind : `${kind}.${version}.${group}`;
}
