import { Argument, Command } from "commander";
import { findOrInstallEngine } from "../deploy/engine.ts";
import { type LabStarted, labUp, walkLab } from "../lab/lab.ts";
import { endingSignal } from "../lab/process/ending.ts";
import { accessSteps } from "./access/steps.ts";
import { engineDeployment } from "./deployment/engine.ts";
import { serverSideDeployment } from "./deployment/server-side.ts";
import { document001 } from "./document-001/steps.ts";
import { document002 } from "./document-002/steps.ts";
import { document003 } from "./document-003/steps.ts";
import { walkDocument004 } from "./document-004/walk.ts";
import { walkHosts } from "./hosts/walk.ts";
import { labInternet } from "./lab-internet.ts";
import { fail, readCommandLine } from "./program.ts";
import type { WalkedRow } from "./row.ts";
import { table } from "./table.ts";
import type { Walk } from "./walk.ts";
import { walkDocument } from "./walk-document.ts";
import { LAB_IMAGE } from "./workloads.ts";

/** Each walk with the name of its stack. */
const WALKS = {
  task: { stack: "lab-004", walk: walkDocument004 },
  hosts: { stack: "lab-hosts", walk: walkHosts },
  wikipedia: { stack: "lab-001", walk: (walk: Walk) => walkDocument(document001, walk) },
  topics: { stack: "lab-002", walk: (walk: Walk) => walkDocument(document002, walk) },
  namespaces: { stack: "lab-003", walk: (walk: Walk) => walkDocument(document003, walk) },
  access: { stack: "lab-access", walk: (walk: Walk) => walkDocument(accessSteps, walk) },
} as const;

const program = new Command("npm start --")
  .description(
    "Starts a real cluster, walks the egress gateway task on it and prints what was expected and what was got.",
  )
  .addArgument(
    new Argument(
      "[walk]",
      "task: the egress gateway task; on the lab alone: hosts: every way to reach a host; wikipedia: policies of TLS hosts; topics: monitoring and policies of HTTP; namespaces: policies by namespace and account; access: ways to get round rules",
    )
      .choices(Object.keys(WALKS))
      .default("task"),
  )
  .option("--context <name>", "walk on the cluster of this kubeconfig context; no lab is started")
  .option("--image <image>", "the workloads' image, with sleep, curl and openssl", LAB_IMAGE)
  .addHelpText(
    "after",
    `
Exits with 0 if every row is as expected, 1 if one is not, 2 if the machine or the cluster can't do it.

Examples:
  npm start
  npm start -- hosts
  npm start -- topics
  npm start -- --context kind-egress --image registry.example.com/tools/curl:8

A cluster of your own needs Istio, nodes labelled lab.sallyport.dev/pool=egress, and no namespaces named egress,
test-egress, unlocked or no-grant; rows that need the lab's firewall are left out there.`,
  );
readCommandLine(program);
const chosen = WALKS[program.processedArgs[0] as keyof typeof WALKS];
const { context, image } = program.opts<{ context?: string; image: string }>();

const signal = endingSignal(new Error("interrupted; what the walk made is removed"));
const say = (line: string) => process.stdout.write(`${line}\n`);
try {
  const lab = await labUp({ signal, ...(context === undefined ? {} : { context }) });
  const rows = await (context === undefined ? walkLab(() => walk(lab)) : walk(lab));
  // A terminal may say that it has no columns, where nobody told it how many.
  say(table(rows, process.stdout.columns || 160));
  const failed = rows.filter(({ passed }) => !passed).length;
  say(`${rows.length - failed} of ${rows.length} rows as expected`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  fail(error);
}

async function walk({ kubeconfig, context, programs }: LabStarted): Promise<WalkedRow[]> {
  const access = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
  const engine = await findOrInstallEngine((version, folder) =>
    say(`Installing Pulumi ${version} in ${folder}.`),
  );
  if (engine.command === undefined) say(`The engine: ${engine.missing}.`);
  const stack =
    engine.command === undefined
      ? undefined
      : await engineDeployment(engine.command, access, chosen.stack, signal);
  try {
    const deployment = stack ?? serverSideDeployment(access);
    say(`Deployed by ${deployment.by}.`);
    return await chosen.walk({
      access,
      ...(programs === undefined ? {} : { programs, internet: labInternet }),
      image,
      deployment,
      signal,
      report: (line) =>
        say(typeof line === "string" ? line : `  ${line.passed ? "ok  " : "FAIL"} ${line.step}: ${line.got}`),
    });
  } finally {
    await stack?.close();
  }
}
