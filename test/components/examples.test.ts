import { describe, expect, it } from "vitest";
import { EgressGateway, ExternalHosts } from "../../components/index.ts";
import { program as gatewayAlone } from "../../examples/gateway-alone.ts";
import { program as managedNodes } from "../../examples/managed-nodes.ts";
import { registeredBy } from "./mocks.ts";

describe("the components on their own", () => {
  it("a gateway with one host", async () => {
    const registered = await registeredBy(gatewayAlone);
    expect(registered.map(({ type }) => type.split(":").at(-1))).toContain("Deployment");
    const grants = registered.filter(({ type }) => type.endsWith(":AuthorizationPolicy"));
    expect(JSON.stringify(grants)).toContain("cluster.local/ns/news/*");
  });

  it("a managed node pool gets the gateway's label and taint", async () => {
    const registered = await registeredBy(managedNodes);
    const pool = registered.find(({ type }) => type === "cloud:index:NodePool");
    expect(pool?.inputs.nodeConfig).toEqual({
      labels: { "egress.sallyport.dev/pool": "egress" },
      taints: [{ key: "egress.sallyport.dev/pool", value: "egress", effect: "NO_SCHEDULE" }],
    });
    expect(registered.map(({ name }) => name)).toContain("lockdown/news/sallyport-lockdown");
  });

  it("refuses a second ExternalHosts on one gateway, which would take the first one's listeners", async () => {
    await registeredBy(() => {
      const gateway = new EgressGateway("egress", { gateway: { name: "egress", namespace: "egress" } });
      new ExternalHosts("one", { gateway, hosts: [] });
      expect(() => new ExternalHosts("two", { gateway, hosts: [] })).toThrow(/already/);
    });
  });

  it("refuses a gateway in istiod's namespace, with the reason", async () => {
    const inRoot = { gateway: { name: "egress", namespace: "istio-system" } };
    await registeredBy(() => {
      expect(() => new EgressGateway("egress", inRoot)).toThrow(/hold for the whole mesh/);
    });
  });
});
