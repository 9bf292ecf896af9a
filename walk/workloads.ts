import type { Manifest } from "../plan/manifest.ts";

/** How a workload differs from the documents' sleep sample. */
export interface SleepOptions {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly runAsUser?: number;
  readonly hostNetwork?: boolean;
  readonly serviceAccount?: string;
}

/** The documents' sleep sample: a Deployment of one pod that waits for commands. */
export function sleep(namespace: string, image: string, options: SleepOptions = {}): Manifest {
  const { name = "sleep", labels = {}, annotations = {}, runAsUser, hostNetwork, serviceAccount } = options;
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
          ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
          ...(hostNetwork === undefined ? {} : { hostNetwork }),
          containers: [
            {
              name: "sleep",
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/sleep", "86400"],
              ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
            },
          ],
        },
      },
    },
  };
}
