import * as pulumi from "@pulumi/pulumi";
import { summariseAccess } from "../access/matrix/summary.ts";
import { ClusterError } from "../cluster/client.ts";
import { IDENTITY_KEY, requireCluster } from "../cluster/identity.ts";
import { EgressEnvironment, formatProblem, loadEnvironment } from "../components/index.ts";
import { planEnvironment } from "../plan/plan.ts";

// The engine starts a program in its own folder; files and problems are named from the project's.
process.chdir(pulumi.getRootDirectory());
const file = `stacks/${pulumi.getStack()}.yaml`;
const { environment, problems, expired } = loadEnvironment(file);
if (environment === undefined)
  throw new pulumi.RunError(`${file} can't be deployed:\n${problems.map(formatProblem).join("\n")}`);
for (const { problem } of expired) pulumi.log.warn(formatProblem(problem));

const cluster = new pulumi.Config("kubernetes");
const kubeconfig = cluster.get("kubeconfig");
const context = cluster.get("context");
const access = {
  ...(kubeconfig === undefined ? {} : { kubeconfig }),
  ...(context === undefined ? {} : { context }),
};
const recorded = pulumi.runtime.getConfig(IDENTITY_KEY);
if (recorded !== undefined)
  await requireCluster(access, pulumi.getStack(), recorded).catch((error: unknown) => {
    throw error instanceof ClusterError
      ? new pulumi.RunError(`${error.message}\n  fix: ${error.fix}`)
      : error;
  });
const deployed = new EgressEnvironment(environment.name, { environment, access });

/** The gateways' addresses inside the cluster, by name. */
export const gateways = Object.fromEntries(
  deployed.gateways.map(({ gateway, address }) => [gateway.name, address]),
);
/** What can be called: host and port, how, and by which gateway. */
export const hosts = environment.hosts.map(({ host, port, mode, gateway }) => ({
  host,
  port,
  mode,
  gateway,
}));
/** Who may call what, read from the planned objects. */
const calls = summariseAccess(planEnvironment(environment).map(({ manifest }) => manifest));

export { calls as access };
