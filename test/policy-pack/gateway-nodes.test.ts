import { describe, expect, it } from "vitest";
import { gatewayNodes } from "../../policy-pack/gateway-nodes.ts";
import { broken, manifestsOf, written } from "./manifests.ts";

describe(gatewayNodes.name, () => {
  const deployment = (spec: string) => `
kind: apps/v1/Deployment
spec: { template: { metadata: { labels: { istio: egressgateway } }, spec: { ${spec} } } }`;
  const LABEL = "egress.sallyport.dev/pool";
  const tolerations = `tolerations: [{ key: ${LABEL}, value: egress }]`;
  const POOL = { pool: "egress" };

  it.each([
    ["by a node selector", deployment(`nodeSelector: { ${LABEL}: egress }, ${tolerations}`), POOL],
    ["where there are no nodes of its own", deployment(""), {}],
    ["for what is no gateway", deployment("").replace("egressgateway", "ingressgateway"), POOL],
  ])("holds %s", (_, text, expected) => expect(broken(gatewayNodes, written(text), expected)).toEqual([]));

  const path = "Deployment/news/one spec.template.spec";
  it.each([
    ["one that runs anywhere", "", [`${path}.affinity`, `${path}.tolerations`]],
    ["one of another pool", `nodeSelector: { ${LABEL}: other }, ${tolerations}`, [`${path}.affinity`]],
    ["one that its nodes keep off", `nodeSelector: { ${LABEL}: egress }`, [`${path}.tolerations`]],
    [
      "one that may also run elsewhere",
      `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: ${LABEL}, operator: In, values: [egress] }] }, { matchExpressions: [{ key: spot, operator: Exists }] }] } } }, ${tolerations}`,
      [`${path}.affinity`],
    ],
  ])("refuses %s", (_, spec, at) =>
    expect(broken(gatewayNodes, written(deployment(spec)), POOL)).toEqual(at),
  );

  it.each(["stacks/staging.yaml", "stacks/prod.yaml"])("knows the pool that %s brings", (file) => {
    const beside = written(deployment(""));
    expect(broken(gatewayNodes, [...manifestsOf(file), ...beside])).toHaveLength(2);
  });
});
