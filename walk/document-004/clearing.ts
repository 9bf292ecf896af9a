import type { Part } from "./part.ts";
import { callRow, HTTP_URL } from "./questions.ts";
import { OWN_WAY } from "./ways-round.ts";
import { NAMESPACES, type World } from "./world.ts";

const KINDS =
  "namespaces,nodes,configmaps,services,deployments,serviceaccounts,networkpolicies,gateways.networking.istio.io,virtualservices,destinationrules,serviceentries,sidecars.networking.istio.io,envoyfilters,authorizationpolicies,telemetries";

/** Clean-up: nothing of ours is left and the first answers are back. */
export function clearing(world: World): Part[] {
  const { kubectl } = world;
  const labelled = async (label: string) =>
    (await kubectl.run(["get", KINDS, "-A", "-l", label, "-o", "name"])) || "none";
  return [
    {
      title: "Clean-up",
      prepare: async () => {
        // A namespace's own entries hold for all others too, as Istio exports them everywhere by default.
        for (const manifest of OWN_WAY)
          await kubectl.run(["delete", "--ignore-not-found", "-f", "-"], JSON.stringify(manifest));
        await world.removeAll();
        await world.internet?.setFirewall("open");
      },
      rows: [
        {
          step: "6 what carries our label",
          command: "kubectl get … -A -l app.kubernetes.io/managed-by=sallyport",
          expected: "none",
          answer: () => labelled("app.kubernetes.io/managed-by=sallyport"),
        },
        {
          step: "6 nodes of the pool",
          command: "kubectl get … -A -l egress.sallyport.dev/pool",
          expected: "none",
          answer: () => labelled("egress.sallyport.dev/pool"),
        },
        {
          step: "6 taints of ours",
          command: "kubectl get nodes -o jsonpath={.items[*].spec.taints[*].key}",
          expected: "none",
          answer: async () => {
            const keys = await kubectl.run(["get", "nodes", "-o", "jsonpath={.items[*].spec.taints[*].key}"]);
            return (
              keys
                .split(" ")
                .filter((key) => key.startsWith("egress.sallyport.dev"))
                .join(" ") || "none"
            );
          },
        },
        callRow(world, "6 the first answer is back", HTTP_URL, "301 200"),
        {
          step: "6 the namespaces are as before",
          command: "kubectl delete deployment sleep; kubectl label namespace default istio-injection-",
          expected: "kubernetes.io/metadata.name",
          answer: async () => {
            await clearWorkloads(world);
            const labels = await kubectl.run([
              "get",
              "namespace",
              "default",
              "-o",
              "jsonpath={.metadata.labels}",
            ]);
            return Object.keys(JSON.parse(labels) as object).join(" ");
          },
        },
      ],
    },
  ];
}

/** Takes away the walk's own workloads and namespaces; harmless where they are not. */
export async function clearWorkloads({ kubectl }: World): Promise<void> {
  await kubectl.run(["delete", "deployment", "sleep", "-n", "default", "--ignore-not-found"]);
  await kubectl.run(["label", "namespace", "default", "istio-injection-"]);
  await kubectl.run(["delete", "namespace", ...NAMESPACES, "--ignore-not-found", "--timeout=120s"]);
}
