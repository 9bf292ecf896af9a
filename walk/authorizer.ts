import type { Kubectl } from "./kubectl.ts";
import { LAB_IMAGE, rolledOut } from "./workloads.ts";

/** Where document 002's identity and access system runs, as the environment files name it. */
const NAMESPACE = "iam";
const NAME = "authorizer";

const PORTS = { grpc: 9000, http: 8000 } as const;
/** Where it is told its policy; it listens to its own pod alone. */
const POLICY = "http://127.0.0.1:8001/";

/** The lab's external authorizer, which runs in a namespace outside the mesh. */
export interface Authorizer {
  /** Starts it, or starts it again where it was stopped. */
  start(): Promise<void>;
  /** Changes what it allows, while it runs. */
  allow(paths: readonly string[], delayMilliseconds?: number): Promise<void>;
  /** Ends its pod, and waits until nobody is asked. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** The authorizer of a cluster; nothing runs until it is started. */
export function authorizer(kubectl: Kubectl): Authorizer {
  const { run, exec } = kubectl;
  const inNamespace = `--namespace=${NAMESPACE}`;
  return {
    async start() {
      for (const manifest of MANIFESTS) await run(["apply", "-f", "-"], JSON.stringify(manifest));
      await rolledOut(kubectl, NAMESPACE, NAME);
    },
    async allow(paths, delay = 0) {
      const put = ["curl", "-sf", "-m", "10", "-X", "PUT", "-d", JSON.stringify({ paths, delay }), POLICY];
      const { exitCode, stdout, stderr } = await exec(NAMESPACE, put, `deploy/${NAME}`);
      if (exitCode !== 0) throw new Error(`the authorizer did not take its policy: ${stderr || stdout}`);
    },
    async stop() {
      await run(["scale", `deploy/${NAME}`, "--replicas=0", inNamespace]);
      await run(["wait", "--for=delete", "pod", "-l", `app=${NAME}`, inNamespace, "--timeout=120s"]);
    },
    async remove() {
      await run(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=120s"]);
    },
  };
}

const MANIFESTS = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      selector: { app: NAME },
      ports: Object.entries(PORTS).map(([name, port]) => ({ name, port })),
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: NAME } },
      template: {
        metadata: { labels: { app: NAME } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: NAME,
              image: "localhost/sallyport-lab/authorizer:lab",
              imagePullPolicy: "IfNotPresent",
              readinessProbe: { tcpSocket: { port: PORTS.grpc }, periodSeconds: 1 },
            },
            // From here it is told its policy.
            {
              name: "sleep",
              image: LAB_IMAGE,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/sleep", "86400"],
            },
          ],
        },
      },
    },
  },
];
