import { setTimeout as wait } from "node:timers/promises";
import { createAuthority } from "../../lab/cluster/certificates.ts";
import { completeMesh } from "../../model/complete.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { planRollout, runRollout } from "../../rollout/apply.ts";
import { type Answer, type Kubectl, kubectl } from "../../walk/kubectl.ts";
import { LAB_IMAGE, sleep } from "../../walk/workloads.ts";
import { environmentOf } from "../stacks.ts";
import { programOf } from "./cluster.ts";
import type { Cluster } from "./setup.ts";

export const ENVIRONMENT = environmentOf("stacks/lab/monitoring.yaml");
const { namespace: istiodNamespace } = completeMesh(undefined);

export const HOME = "mon-egress";
export const CLIENT = "mon-client";
export const LOCKED = "mon-locked";

/** The callers of the environment, and the environment itself. */
interface MonitoringWorld {
  readonly kubectl: Kubectl;
  /** Puts the environment in force, and what it needs. */
  begin(): Promise<void>;
  end(): Promise<void>;
  put(...objects: readonly Manifest[]): Promise<void>;
  /** Calls by curl from a workload. `%{http_code}` and the exit code, such as `200 0`. */
  curl(workload: "sleep" | "quiet", ...args: readonly string[]): Promise<string>;
  shell(namespace: string, workload: string, script: string): Promise<Answer>;
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** The nodes that have the lab's own programs as images. */
const APPLICATION = { "lab.sallyport.dev/pool": "application" };

/** A Deployment of one pod that runs one of the lab's programs. */
export function program(
  home: string,
  name: string,
  args: readonly string[],
  port: number,
): readonly [Manifest, Manifest] {
  const labels = { app: name };
  const image = `localhost/sallyport-lab/${name}:lab`;
  const container = {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    args,
    readinessProbe: { tcpSocket: { port } },
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: home },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 0, nodeSelector: APPLICATION, containers: [container] },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: home },
      spec: { selector: labels, ports: [{ port, name: `tcp-${port}` }] },
    },
  ];
}

export function monitoringWorld(cluster: Cluster | undefined): MonitoringWorld {
  const access = cluster?.access ?? {};
  const client = kubectl(programOf(cluster, "kubectl"), access);
  const { run, exec } = client;
  const put = async (...objects: readonly Manifest[]) => {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await run(["apply", "--server-side", "-f", "-"], JSON.stringify(list));
  };
  const rollOut = async (objects: ReturnType<typeof planEnvironment>) => {
    const rollout = await planRollout(access, ENVIRONMENT.name, objects);
    await runRollout(access, rollout, { istiodNamespace, limitSeconds: 90 });
  };
  const ready = (home: string, name: string) =>
    run(["rollout", "status", "-n", home, `deploy/${name}`, "--timeout=100s"]);
  return {
    kubectl: client,
    put,
    async begin() {
      const injected = { "istio-injection": "enabled" };
      await put(namespace(CLIENT, injected), namespace(LOCKED, injected), namespace(HOME));
      const quiet: Manifest = {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "quiet", namespace: CLIENT },
      };
      await put(
        quiet,
        sleep(CLIENT, LAB_IMAGE),
        sleep(CLIENT, LAB_IMAGE, { name: "quiet", serviceAccount: "quiet" }),
        sleep(LOCKED, LAB_IMAGE),
      );
      await Promise.all([ready(CLIENT, "sleep"), ready(CLIENT, "quiet"), ready(LOCKED, "sleep")]);
      await put(await clientSecret());
      await rollOut(planEnvironment(ENVIRONMENT));
    },
    async end() {
      await rollOut([]);
      // The gateway's own is kept for its Secret.
      await run(["delete", "namespace", CLIENT, LOCKED, HOME, "--ignore-not-found", "--timeout=60s"]);
    },
    async curl(workload, ...args) {
      const command = ["curl", "-s", "-o", "/dev/null", "-m", "8", "-w", "%{http_code} %{exitcode}", ...args];
      return (await exec(CLIENT, command, `deploy/${workload}`)).stdout;
    },
    shell: (home, workload, script) => exec(home, ["sh", "-c", script], `deploy/${workload}`),
  };
}

/** What hosts with `tls: mutual` are shown: a certificate that ends in three days. */
async function clientSecret(): Promise<Manifest> {
  const authority = await createAuthority("partner");
  const now = Date.now();
  const validity = { notBefore: new Date(now - 60_000), notAfter: new Date(now + 3 * 86_400_000) };
  const { certificate, key } = await authority.issue({ commonName: "client", validity });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "partner", namespace: HOME },
    stringData: { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate },
  };
}

/** Asks again until an answer fits; the last answer where none does in that time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  seconds: number,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (fits(answer) || Date.now() > end) return answer;
    await wait(500);
  }
}
