import { rm } from "node:fs/promises";
import { nodes } from "../addresses.ts";
import { buildSteps } from "../build/artifacts.ts";
import { installAddons } from "../cluster/addons.ts";
import { startApiServer, startControllers } from "../cluster/control-plane.ts";
import { imageReference, imagesFor } from "../cluster/images.ts";
import { startInternet } from "../cluster/internet.ts";
import { installIstio } from "../cluster/istio.ts";
import { waitForDeployment } from "../cluster/kubectl.ts";
import { joinCluster, startRuntime } from "../cluster/node.ts";
import { makePki } from "../cluster/pki.ts";
import { findLeftovers, removeLab } from "../cluster/remove.ts";
import { refuseUsedAddresses } from "../network/conflicts.ts";
import { setFirewall } from "../network/firewall.ts";
import { makeNetwork, namespaceFolder } from "../network/topology.ts";
import { logDirectory } from "../paths.ts";
import type { ProcessRecord } from "../process/identity.ts";
import { makeCgroups } from "../state/cgroups.ts";
import { readKernelSettings } from "../state/kernel-settings.ts";
import { makePlace } from "../state/places.ts";
import { updateState, writeState } from "../state/state.ts";
import type { Step } from "../steps.ts";

/** Everything that makes a cluster on this machine, in order: build what is missing, clean, then start. */
export function localSteps(): Step[] {
  const { steps, artifacts } = buildSteps();
  const holders = new Map<string, ProcessRecord>();
  const holder = (node: string): ProcessRecord => {
    const record = holders.get(node);
    if (!record) throw new Error(`${node} was not started`);
    return record;
  };
  return [
    ...steps,
    {
      title: "Remove what an earlier lab left",
      skip: async () => !(await findLeftovers()) && "nothing there",
      run: async () => await removeLab(),
    },
    {
      title: "Make the networks",
      run: async (_, signal) => {
        await rm(logDirectory, { recursive: true, force: true });
        const startedAt = new Date().toISOString();
        await writeState({
          version: 1,
          phase: "starting",
          startedAt,
          bin: artifacts().bin,
          processes: [],
          createdFolders: [],
          kernelSettings: await readKernelSettings(),
        });
        await refuseUsedAddresses();
        await makeCgroups(nodes.map((node) => node.name));
        await makePlace(namespaceFolder);
        await makeNetwork(signal);
        await setFirewall("open");
        await makePki();
      },
    },
    { group: "Start", title: "API server", run: (_, signal) => startApiServer(artifacts().bin, signal) },
    { group: "Start", title: "The internet", run: (_, signal) => startInternet(artifacts(), signal) },
    ...nodes.map(
      (node): Step => ({
        group: "Start",
        title: `Container runtime and images of ${node.name}`,
        run: async (_, signal) => {
          const pause = imageReference(artifacts(), "pause");
          const images = imagesFor(node, artifacts().images);
          holders.set(node.name, await startRuntime(node, images, pause, signal));
        },
      }),
    ),
    { group: "Join", title: "Controllers", run: () => startControllers(artifacts().bin) },
    ...nodes.map(
      (node): Step => ({
        group: "Join",
        title: `Node ${node.name}`,
        run: (_, signal) => joinCluster(node, holder(node.name), artifacts().bin, signal),
      }),
    ),
    {
      group: "Join",
      title: "Name service",
      run: async (_, signal) => {
        await installAddons(artifacts(), signal);
        await waitForDeployment(artifacts().bin, "coredns", "kube-system", 90, signal);
      },
    },
    { group: "Join", title: "Istio", run: (_, signal) => installIstio(artifacts(), signal) },
    {
      title: "Ready",
      run: () => updateState((state) => ({ ...state, phase: "ready", readyAt: new Date().toISOString() })),
    },
  ];
}
