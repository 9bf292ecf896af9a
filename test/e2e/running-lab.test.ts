import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodes } from "../../lab/addresses.ts";
import { applyManifests, kubectl, type Manifest } from "../../lab/cluster/kubectl.ts";
import { labExec } from "../../lab/lab.ts";
import { onCluster } from "./cluster.ts";

const namespace = "lab-test";
const never = new AbortController().signal;

function pod(name: string, node: string): Manifest {
  const container = {
    name: "curl",
    image: "localhost/sallyport-lab/curl:lab",
    imagePullPolicy: "IfNotPresent",
  };
  // Named by hand, so that a taint on a gateway node does not keep it away.
  const spec = { nodeName: node, containers: [container], terminationGracePeriodSeconds: 0 };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels: { app: name } }, spec };
}

async function status(name: string, url: string): Promise<string> {
  const command = [
    "curl",
    "--silent",
    "--max-time",
    "4",
    "--output",
    "/dev/null",
    "--write-out",
    "%{http_code}",
    url,
  ];
  const { exitCode, stdout } = await labExec({ namespace, pod: name, timeout: 20_000 }, command);
  return exitCode === 0 ? stdout : `exit ${exitCode}`;
}

describe("a running lab", () => {
  const bin = onCluster("lab")?.programs ?? "";
  beforeAll(async () => {
    if (bin === "") return;
    await applyManifests(
      bin,
      [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }],
      never,
    );
    const pods = [...nodes.map((node) => pod(node.name, node.name)), pod("denied", nodes[0]?.name ?? "")];
    await applyManifests(bin, pods, never);
    await kubectl(
      bin,
      ["wait", "pod", "--all", "--for=condition=Ready", `--namespace=${namespace}`, "--timeout=60s"],
      {
        timeout: 70_000,
      },
    );
  }, 90_000);

  afterAll(async () => {
    if (bin === "") return;
    await kubectl(bin, ["delete", "namespace", namespace, "--timeout=60s"], { timeout: 70_000 });
  }, 80_000);

  it.each(nodes.map(({ name }) => name))(
    "gives pods on %s names and exits with their exit codes",
    async (name) => {
      const inside = await labExec({ namespace, pod: name }, [
        "nslookup",
        "kubernetes.default.svc.cluster.local",
      ]);
      expect(inside.stdout).toContain("10.96.0.1");
      const outside = await labExec({ namespace, pod: name }, ["nslookup", "edition.cnn.com"]);
      expect(outside.stdout).toContain("198.51.100.10");
      expect((await labExec({ namespace, pod: name }, ["sh", "-c", "exit 7"])).exitCode).toBe(7);
    },
  );

  it("lets a gateway node's pod out to the internet, by a certificate that pods trust", async () => {
    const gateway = nodes.find(({ pool }) => pool === "egress")?.name ?? "";
    expect(await status(gateway, "http://edition.cnn.com/politics")).toBe("301");
    expect(await status(gateway, "https://edition.cnn.com/politics")).toBe("200");
  });

  it("enforces NetworkPolicy on packets, between nodes too", async () => {
    const gateway = nodes.find(({ pool }) => pool === "egress")?.name ?? "";
    const address = await kubectl(bin, [
      "get",
      "pod",
      gateway,
      `--namespace=${namespace}`,
      "--output=jsonpath={.status.podIP}",
    ]);
    // Nobody listens there: a refusal by the peer proves that packets arrive.
    expect(await status("denied", `http://${address}:81`)).toBe("exit 7");
    const deny: Manifest = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace },
      spec: { podSelector: { matchLabels: { app: "denied" } }, policyTypes: ["Egress"] },
    };
    await applyManifests(bin, [deny], never);
    await expect.poll(() => status("denied", `http://${address}:81`), { timeout: 20_000 }).toBe("exit 28");
  }, 40_000);
});
