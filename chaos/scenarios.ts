import { setTimeout as pause } from "node:timers/promises";
import type { Kubectl } from "../walk/kubectl.ts";
import type { Declared } from "./grants.ts";
import {
  base,
  GATEWAY,
  GATEWAY_NAMESPACE,
  toMutual,
  toPassthrough,
  withAdded,
  withBoth,
  withDenied,
  withGuest,
} from "./world.ts";

/** What a scenario acts by. */
interface Stage {
  readonly kubectl: Kubectl;
  /** Ends the scenario. */
  readonly signal: AbortSignal;
  /** Puts a declaration in force. */
  apply(declared: Declared): Promise<void>;
  /** Does so where access is only given: connections from before may be refused it until they are cut. */
  give(declared: Declared): Promise<void>;
  /** Does so by a command that is killed again and again, and lets it end at last. */
  applyThroughKills(declared: Declared): Promise<void>;
  /** Does something that requests which are under way meanwhile may not outlive. */
  cut(action: () => Promise<unknown>): Promise<void>;
}

/** Something that happens to a gateway under load. */
export interface Scenario {
  readonly name: string;
  /** What is declared before it begins. */
  readonly start: Declared;
  readonly act: (stage: Stage) => Promise<void>;
}

/** A change from one declaration to the next ones. */
function change(name: string, start: Declared, ...next: readonly Declared[]): Scenario {
  return {
    name,
    start,
    async act({ apply }) {
      for (const declared of next) await apply(declared);
    },
  };
}

const [originated = "nothing", ...throughPassthrough] = toPassthrough;
const [plain = "nothing", ...throughMutual] = toMutual;

/** All, in the order in which they follow each other with the least to put right in between. */
export const scenarios: readonly Scenario[] = [
  change("first-deploy", "nothing", base),
  change("add-host", base, withAdded),
  change("remove-host", withAdded, base),
  change("grant", base, withGuest),
  {
    name: "deny",
    start: withGuest,
    async act({ apply, give }) {
      await apply(withDenied);
      await give(withGuest);
    },
  },
  change("revoke", withGuest, base),
  change("passthrough", originated, ...throughPassthrough),
  change("mutual", plain, ...throughMutual),
  { name: "rolling-restart", start: base, act: restart },
  { name: "pod-killed", start: base, act: killPod },
  { name: "node-drained", start: base, act: drainNode },
  { name: "istiod-down", start: base, act: stopIstiod },
  {
    name: "apply-killed",
    start: base,
    async act({ applyThroughKills }) {
      await applyThroughKills(withBoth);
      await applyThroughKills(base);
    },
  },
];

const SELECTOR = `app.kubernetes.io/name=${GATEWAY}`;

async function restart({ kubectl }: Stage): Promise<void> {
  await kubectl.run(["rollout", "restart", `deploy/${GATEWAY}`, `--namespace=${GATEWAY_NAMESPACE}`]);
  await settled(kubectl);
}

/**
 * Envoy is killed first: of a pod that is removed by force it would still get a second or two to drain, as no machine
 * that dies gives it.
 */
async function killPod({ kubectl, cut }: Stage): Promise<void> {
  const pod = await first(kubectl, "{.items[0].metadata.name}");
  const there = [pod, `--namespace=${GATEWAY_NAMESPACE}`];
  await cut(() =>
    kubectl.run(["exec", ...there, "--container=istio-proxy", "--", "sh", "-c", "kill -9 $(pidof envoy)"]),
  );
  await kubectl.run(["delete", "pod", ...there, "--force", "--grace-period=0", "--wait=false"]);
  await settled(kubectl);
}

async function drainNode({ kubectl }: Stage): Promise<void> {
  const node = await first(kubectl, "{.items[0].spec.nodeName}");
  try {
    await kubectl.run([
      "drain",
      node,
      `--pod-selector=${SELECTOR}`,
      "--delete-emptydir-data",
      "--ignore-daemonsets",
      "--timeout=120s",
    ]);
    await settled(kubectl);
  } finally {
    await kubectl.run(["uncordon", node]);
  }
}

const ISTIOD = ["deploy/istiod", "--namespace=istio-system"];
const DOWN_SECONDS = 60;

async function stopIstiod({ kubectl, signal }: Stage): Promise<void> {
  try {
    await kubectl.run(["scale", ...ISTIOD, "--replicas=0"]);
    await pause(DOWN_SECONDS * 1000, undefined, { signal });
  } finally {
    await kubectl.run(["scale", ...ISTIOD, "--replicas=1"]);
    await kubectl.run(["rollout", "status", ...ISTIOD, "--timeout=120s"]);
  }
}

function first(kubectl: Kubectl, jsonpath: string): Promise<string> {
  return kubectl.run([
    "get",
    "pods",
    `--namespace=${GATEWAY_NAMESPACE}`,
    `--selector=${SELECTOR}`,
    `--output=jsonpath=${jsonpath}`,
  ]);
}

/** Waits until all pods are new and ready, and none of the old is left. */
async function settled(kubectl: Kubectl): Promise<void> {
  await kubectl.run([
    "rollout",
    "status",
    `deploy/${GATEWAY}`,
    `--namespace=${GATEWAY_NAMESPACE}`,
    "--timeout=140s",
  ]);
}
