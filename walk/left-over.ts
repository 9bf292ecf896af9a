import type { Kubectl } from "./kubectl.ts";
import type { Row } from "./row.ts";

const KINDS =
  "namespaces,nodes,configmaps,services,deployments,serviceaccounts,networkpolicies,gateways.networking.istio.io,virtualservices,destinationrules,serviceentries,sidecars.networking.istio.io,envoyfilters,authorizationpolicies,requestauthentications,telemetries";

/** What a walk that has cleaned up leaves: nothing of ours. */
export function leftOverRows(kubectl: Kubectl, step: string): Row[] {
  const labelled = (label: string) => ({
    command: `kubectl get … -A -l ${label}`,
    expected: "none",
    answer: async () => (await kubectl.run(["get", KINDS, "-A", "-l", label, "-o", "name"])) || "none",
  });
  return [
    { step: `${step} what carries our label`, ...labelled("app.kubernetes.io/managed-by=sallyport") },
    { step: `${step} nodes of the pool`, ...labelled("egress.sallyport.dev/pool") },
    {
      step: `${step} taints of ours`,
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
  ];
}
