import type { Manifest } from "../plan/manifest.ts";
import type { Client } from "./document.ts";
import type { Kubectl } from "./kubectl.ts";

/** The lab's own image of curl and openssl. */
export const LAB_IMAGE = "localhost/sallyport-lab/curl:lab";

/** How a workload differs from the documents' sleep sample. */
export interface SleepOptions {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly runAsUser?: number;
  readonly hostNetwork?: boolean;
  readonly serviceAccount?: string;
  /** Folders that its containers share, each by its name with its path. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** The documents' sleep sample: a Deployment of one pod that waits for commands. */
export function sleep(namespace: string, image: string, options: SleepOptions = {}): Manifest {
  const {
    name = "sleep",
    labels = {},
    annotations = {},
    runAsUser,
    hostNetwork,
    serviceAccount,
    folders = {},
  } = options;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, ...labels }, annotations },
        spec: {
          terminationGracePeriodSeconds: 0,
          // A resolver that lost one of two packets asks again after 5 s by itself: curl may have ended by then.
          dnsConfig: {
            options: [
              { name: "timeout", value: "1" },
              { name: "attempts", value: "3" },
            ],
          },
          ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
          ...(hostNetwork === undefined ? {} : { hostNetwork }),
          volumes: Object.keys(folders).map((name) => ({ name, emptyDir: {} })),
          containers: [
            {
              name: "sleep",
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/sleep", "86400"],
              volumeMounts: Object.entries(folders).map(([name, mountPath]) => ({ name, mountPath })),
              ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
            },
          ],
        },
      },
    },
  };
}

/** Waits until a Deployment has all its pods. @throws if that takes more than two minutes */
export async function rolledOut({ run }: Kubectl, namespace: string, name: string): Promise<void> {
  await run(["rollout", "status", `deploy/${name}`, `--namespace=${namespace}`, "--timeout=120s"]);
}

/** Makes the clients' namespaces, accounts and pods, and waits until they run. */
export async function startClients(
  kubectl: Kubectl,
  image: string,
  clients: readonly Client[],
): Promise<void> {
  const apply = (manifest: Manifest) => kubectl.run(["apply", "-f", "-"], JSON.stringify(manifest));
  for (const name of new Set(clients.map(({ namespace }) => namespace)))
    await apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "istio-injection": "enabled" } },
    });
  for (const { namespace, account } of clients) {
    await apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } });
    await apply(sleep(namespace, image, { name: account, serviceAccount: account }));
  }
  for (const { namespace, account } of clients) await rolledOut(kubectl, namespace, account);
}
