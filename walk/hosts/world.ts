import { readFile } from "node:fs/promises";
import { privateFiles, readAuthority } from "../../lab/internet/authority.ts";
import { stateDirectory } from "../../lab/paths.ts";
import type { Environment } from "../../model/environment.ts";
import type { Manifest } from "../../plan/manifest.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Answer, Kubectl } from "../kubectl.ts";
import type { Row } from "../row.ts";
import { rolledOut, startClients } from "../workloads.ts";

/** Where the callers live; the caller was granted the hosts, the other was not. */
export const NAMESPACE = "hosts-client";
const ACCOUNTS = ["caller", "other"] as const;
type Account = (typeof ACCOUNTS)[number];

/** What the rows of the hosts' table act on. */
export interface World {
  readonly kubectl: Kubectl;
  /** Makes the callers and the Secrets, and puts the environment in force. */
  prepare(): Promise<void>;
  /** Takes away all of it, and waits until it is gone. */
  clear(): Promise<void>;
  /** Runs a shell command in the caller's pod, or the other's. */
  shell(command: string, account?: Account): Promise<Answer>;
  /** Gives the gateway a client certificate of this subject to show. */
  issueClientCertificate(commonName: string): Promise<void>;
  /** The last lines of a gateway's log. */
  logOf(gateway?: string): Promise<string>;
  /** The last lines of the log of the caller's sidecar. */
  sidecarLog(): Promise<string>;
  /** Asks the Envoy of the gateway, or the caller's, as `pilot-agent request GET` does. */
  askEnvoy(path: string, of: "gateway" | "caller"): Promise<string>;
}

/** What a world is made of. */
interface WorldParts {
  readonly kubectl: Kubectl;
  readonly environment: Environment;
  readonly deployment: Deployment;
  /** An image with a shell, curl and openssl. */
  readonly image: string;
}

/** The world on a cluster that has Istio, and nothing of it yet. */
export function makeWorld({ kubectl, environment, deployment, image }: WorldParts): World {
  const apply = (manifest: Manifest) => kubectl.run(["apply", "-f", "-"], JSON.stringify(manifest));
  const homes = environment.gateways.map(({ namespace }) => namespace);
  const homeOf = (gateway: string) => {
    const found = environment.gateways.find(({ name }) => name === gateway);
    if (found === undefined) throw new TypeError(`there is no gateway ${gateway}`);
    return found.namespace;
  };
  return {
    kubectl,
    async prepare() {
      await startClients(
        kubectl,
        image,
        ACCOUNTS.map((account) => ({ namespace: NAMESPACE, account })),
      );
      await deployment.put(environment);
      await apply(secret("private-authority", { "ca.crt": await privateAuthority() }));
      await this.issueClientCertificate("first");
      for (const { name, namespace } of environment.gateways) await rolledOut(kubectl, namespace, name);
    },
    async clear() {
      // A walk that was killed while names could not be resolved left it so.
      await startNameServer(kubectl);
      await deployment.remove();
      // The gateways' too: one with a Secret is kept.
      await kubectl.run(["delete", "namespace", NAMESPACE, ...homes, "--ignore-not-found", "--timeout=120s"]);
    },
    shell: (command, account = "caller") =>
      kubectl.exec(NAMESPACE, ["sh", "-c", command], `deploy/${account}`),
    async issueClientCertificate(commonName) {
      const { authority } = privateFiles(stateDirectory);
      const { certificate, key } = await (await readAuthority(authority)).issue({
        commonName,
        organisation: "lab",
      });
      await apply(
        secret("mutual-client", {
          "tls.crt": certificate,
          "tls.key": key,
          "ca.crt": await worldAuthority(kubectl),
        }),
      );
    },
    logOf: (gateway = "hosts") =>
      kubectl.run(["logs", "-n", homeOf(gateway), `deploy/${gateway}`, "--tail=100"]),
    sidecarLog: () =>
      kubectl.run(["logs", "-n", NAMESPACE, "deploy/caller", "--container=istio-proxy", "--tail=100"]),
    async askEnvoy(path, of) {
      const [namespace, name] = of === "gateway" ? [homeOf("hosts"), "hosts"] : [NAMESPACE, "caller"];
      const command = ["pilot-agent", "request", "GET", path];
      return (await kubectl.exec(namespace, command, `deploy/${name}`, "istio-proxy")).stdout;
    },
  };
}

/** Lets the cluster's own name server run, and waits until it does. */
export async function startNameServer(kubectl: Kubectl): Promise<void> {
  await kubectl.run(["scale", "-n", "kube-system", "deploy/coredns", "--replicas=1", "--timeout=60s"]);
  await rolledOut(kubectl, "kube-system", "coredns");
}

function secret(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "hosts-egress" }, stringData };
}

function privateAuthority(): Promise<string> {
  return readFile(privateFiles(stateDirectory).authority.certificate, "utf8");
}

/** The authority of the internet's own certificates, as the workloads' image has it. */
async function worldAuthority({ exec }: Kubectl): Promise<string> {
  return (await exec(NAMESPACE, ["cat", "/etc/ssl/certs/ca-certificates.crt"], "deploy/caller")).stdout;
}

/** A row of a command as it is typed in the caller's pod; its answer is what it prints, and how it ends if not well. */
export function commandRow(
  { shell }: World,
  step: string,
  command: string,
  expected: string,
  account?: Account,
): Row {
  return {
    step,
    command,
    expected,
    answer: async () => {
      const { stdout, exitCode } = await shell(command, account);
      return [stdout.trim(), ...(exitCode === 0 ? [] : [`exit ${exitCode}`])]
        .filter((part) => part !== "")
        .join(" ");
    },
  };
}

/** A step that is asked by the account that was not granted it says so. */
export function stepOf(step: string, account?: Account): string {
  return account === "other" ? `${step}, without a grant` : step;
}

/** Asks for a URL and prints the code alone. */
export function codeOf(url: string, options = ""): string {
  return `curl -s -m 20 ${options}${options === "" ? "" : " "}-o /dev/null -w '%{http_code}' ${url}`;
}
