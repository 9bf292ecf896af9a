import { Command, InvalidArgumentError, Option } from "commander";
import type { FirewallMode, LabStarted } from "../../lab/lab.ts";
import { endingSignal } from "../../lab/process/ending.ts";
import { CannotError, EXIT } from "../exit.ts";
import { helpText } from "../output/help.ts";
import { shownOn } from "../output/terminal.ts";
import { describeStatus } from "./status.ts";

/** Loaded when a lab command runs: check and render have no use for it. */
const lab = () => import("../../lab/lab.ts");

type Provider = "local" | "kind";

/** `sallyport lab`: a real Kubernetes with a real Istio to try things on. */
export function labCommand(): Command {
  return new Command("lab")
    .description(
      "A real Kubernetes and Istio on this one Linux machine, with an «internet» of its own, to try things on.",
    )
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(kubeconfigCommand())
    .addCommand(execCommand())
    .addCommand(firewallCommand())
    .addHelpText(
      "after",
      helpText(`
The lab runs in network namespaces, cgroups and folders of its own: an application node, two gateway nodes, and
an internet that ends inside the machine. It needs Linux and root; elsewhere use --provider kind (where Docker runs)
or, with the commands that speak to a cluster, --context NAME.

Examples:
  sallyport lab up  # the first time builds everything, about 18 minutes
  export KUBECONFIG=$(sallyport lab kubeconfig)  # for kubectl and istioctl
  sallyport lab exec news/sleep -- curl -sI http://edition.cnn.com/politics
  sallyport lab firewall gateway-nodes  # only gateways may leave the cluster
  sallyport lab down  # leaves nothing behind but the built programs`),
    );
}

function providerOption(): Option {
  return new Option(
    "--provider <provider>",
    "what makes the cluster: this machine alone, or kind with Docker",
  )
    .choices(["local", "kind"])
    .default("local");
}

function upCommand(): Command {
  return new Command("up")
    .description("Start the lab, building first what was not built before; one that runs is left as it is.")
    .addOption(providerOption())
    .option("--context <name>", "make no lab, but look that the cluster of this kubeconfig context answers")
    .option("--json", "print the outcome as JSON, and no progress")
    .action(async (options: { provider: Provider; context?: string; json?: true }) => {
      const signal = endingSignal(
        new CannotError("interrupted; what was started is removed", "run `sallyport lab up` again"),
      );
      const display = options.json ? "silent" : "auto";
      const context = options.context === undefined ? {} : { context: options.context };
      const { labUp } = await lab();
      const done = await labUp({
        signal,
        display,
        provider: options.provider,
        ...context,
      });
      if (options.json) {
        process.stdout.write(`${JSON.stringify(done)}\n`);
        return;
      }
      process.stdout.write(`${outcome(done)}\n`);
    });
}

function outcome(done: LabStarted): string {
  if (done.context !== undefined) return `The cluster of context ${done.context} answers; no lab was made.`;
  const seconds = (done.milliseconds / 1000).toFixed(1);
  const how = done.alreadyRunning ? "The lab runs already" : `The lab is ready after ${seconds} s`;
  return `${how}.\nexport KUBECONFIG=${done.kubeconfig}`;
}

function downCommand(): Command {
  return new Command("down")
    .description("Remove the lab, or what a killed one left; the built programs and images stay cached.")
    .addOption(providerOption())
    .action(async ({ provider }: { provider: Provider }) => {
      if (provider === "kind") await (await import("../../lab/providers/kind.ts")).deleteKindCluster();
      else await (await lab()).labDown();
      process.stdout.write("Nothing of the lab is left.\n");
    });
}

function statusCommand(): Command {
  return new Command("status")
    .description(
      "Show what of a lab is on this machine: nodes, processes, memory, firewall. Exits with 2 unless one is ready.",
    )
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      helpText(`
A status that can't be read, as of root's lab by another user, is told on stderr; then nothing is on stdout, with
--json neither, and the exit code is 2.`),
    )
    .action(async ({ json }: { json?: true }) => {
      const status = await (await lab()).labStatus();
      process.stdout.write(
        json ? `${JSON.stringify(status, null, 2)}\n` : shownOn(process.stdout, describeStatus(status)),
      );
      if (status.phase !== "ready") process.exitCode = EXIT.cannot;
    });
}

function kubeconfigCommand(): Command {
  return new Command("kubeconfig")
    .description("Print the path of the lab's kubeconfig file.")
    .action(async () => {
      process.stdout.write(`${await (await lab()).labKubeconfig()}\n`);
    });
}

function execCommand(): Command {
  return new Command("exec")
    .description("Run a command in a pod of the lab and exit with its exit code.")
    .argument("<namespace/pod>", "such as news/sleep, or news/deploy/sleep", parsePod)
    .argument("<command...>", "after --, such as -- curl -sI http://edition.cnn.com")
    .option("-c, --container <name>", "the pod's first by default")
    .option("--limit <seconds>", "how long it may take", parseSeconds, 60)
    .action(async (target: PodName, command: string[], options: { container?: string; limit: number }) => {
      const container = options.container === undefined ? {} : { container: options.container };
      const { labExec } = await lab();
      const result = await labExec({ ...target, timeout: options.limit * 1000, ...container }, command);
      if (result.stdout) process.stdout.write(`${result.stdout}\n`);
      if (result.stderr) process.stderr.write(`${result.stderr}\n`);
      process.exitCode = result.exitCode;
    });
}

interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

function parsePod(text: string): PodName {
  const { namespace, pod } = /^(?<namespace>[^/]+)\/(?<pod>([^/]+\/)?[^/]+)$/.exec(text)?.groups ?? {};
  if (namespace === undefined || pod === undefined)
    throw new InvalidArgumentError("Give namespace/pod, such as news/sleep, or news/deploy/sleep.");
  return { namespace, pod };
}

const LONGEST_SECONDS = 86_400;

/** Timers know nothing of other numbers, and end at once after 24 days. */
function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds === 0 || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError(`Give seconds above 0, at most ${LONGEST_SECONDS}.`);
  return seconds;
}

/** Who may leave, in words. */
const leaving: Readonly<Record<FirewallMode, string>> = {
  open: "every node may leave the cluster",
  "gateway-nodes": "only the gateways' nodes may leave the cluster",
};

function firewallCommand(): Command {
  return new Command("firewall")
    .description(
      "Say who may leave the cluster: every node, or only the gateways' nodes. The counters begin anew.",
    )
    .addArgument(
      new Command().createArgument("<mode>", "open or gateway-nodes").choices(["open", "gateway-nodes"]),
    )
    .action(async (mode: FirewallMode) => {
      await (await lab()).labFirewall(mode);
      process.stdout.write(`Firewall: ${mode}; ${leaving[mode]}.\n`);
    });
}
