import { leftOverRows } from "../left-over.ts";
import type { Part } from "./part.ts";
import { callRow, HTTP_URL } from "./questions.ts";
import { OWN_WAY } from "./ways-round.ts";
import { NAMESPACES, type World } from "./world.ts";

/** Clean-up: nothing of ours is left and the first answers are back. */
export function clearing(world: World): Part[] {
  const { kubectl } = world;
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
        ...leftOverRows(kubectl, "6"),
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
