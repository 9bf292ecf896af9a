import type { Part } from "./part.ts";
import { codes, counterSum, HOST, HTTPS_URL } from "./questions.ts";
import type { World } from "./world.ts";

/** Apply Kubernetes network policies: all four moments, then the firewall of the document's last section. */
export function lockdown(world: World): Part[] {
  const { kubectl } = world;
  const outside = (namespace: string, step: string, expected: string) => ({
    step,
    command: `kubectl exec -n ${namespace} … curl ${HTTPS_URL}`,
    expected,
    answer: () => codes(world, namespace, HTTPS_URL),
  });
  const podOf = (namespace: string, path: string) =>
    kubectl.run(["get", "pods", "-n", namespace, "-l", "app=sleep", "-o", `jsonpath=${path}`]);
  return [
    {
      title: "Before the network policy",
      prepare: async () => {},
      rows: [
        {
          step: "4 a pod without a sidecar",
          command: "kubectl get pod -n test-egress",
          expected: "1/1",
          answer: async () => {
            const states = (
              await podOf("test-egress", "{.items[0].status.containerStatuses[*].ready}")
            ).split(" ");
            return `${states.filter((ready) => ready === "true").length}/${states.length}`;
          },
        },
        outside("test-egress", "4 before the policy", "200"),
      ],
    },
    {
      title: "Network policy",
      prepare: () => world.deploy([80, 443], ["default", "test-egress"]),
      rows: [outside("test-egress", "4 after the policy", "exit 28")],
    },
    {
      title: "With a sidecar",
      prepare: async () => {
        await kubectl.run(["label", "namespace", "test-egress", "istio-injection=enabled"]);
        await kubectl.run(["delete", "deployment", "sleep", "-n", "test-egress", "--cascade=foreground"]);
        await world.startSleep("test-egress");
        // Only now: before the gateway's nodes were tainted it could have landed on one.
        await world.startSleep("unlocked");
      },
      rows: [
        {
          step: "4 injected",
          command: "kubectl get pod -n test-egress",
          expected: "istio-proxy sleep",
          answer: async () =>
            (await podOf("test-egress", "{.items[0].spec.containers[*].name}")).split(" ").sort().join(" "),
        },
        outside("test-egress", "4 through the gateway", "200"),
        {
          step: "4 the gateway's counter",
          command: "pilot-agent request GET stats",
          expected: "risen",
          answer: async () => {
            const prefix = `sallyport_egress.connections.host.${HOST}.principal.spiffe://cluster.local/ns/test-egress/`;
            const before = await counterSum(world, prefix);
            await codes(world, "test-egress", HTTPS_URL);
            return (await counterSum(world, prefix)) > before ? "risen" : "not risen";
          },
        },
        outside("unlocked", "4 a namespace without lockdown", "200"),
      ],
    },
    {
      title: "Firewall closed to all but gateway nodes",
      needsFirewall: true,
      prepare: async () => world.internet?.setFirewall("gateway-nodes"),
      rows: [
        outside("unlocked", "4 firewall closed", "exit 28"),
        outside("test-egress", "4 through the gateway still", "200"),
      ],
    },
  ];
}
