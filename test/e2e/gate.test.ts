import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matrixOf } from "../../access/matrix/matrix.ts";
import { liveManifests } from "../../cli/input/live.ts";
import { connect } from "../../cluster/client.ts";
import { applyObject } from "../../cluster/objects.ts";
import { readApplied } from "../../cluster/owned.ts";
import {
  completeGateway,
  completeHosts,
  completeMesh,
  completeMonitoring,
  type HostInput,
} from "../../model/complete.ts";
import { ENVIRONMENT_LABEL } from "../../plan/labels.ts";
import type { Manifest, PlannedObject } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { planRollout, runRollout, tryRollout } from "../../rollout/apply.ts";
import type { Stage } from "../../rollout/stages.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { LAB_IMAGE, sleep } from "../../walk/workloads.ts";
import { onCluster, programOf } from "./cluster.ts";
import { envoysOf } from "./envoys.ts";

const NAME = "gate-test";
const HOME = "gate-test-egress";
const CLIENTS = "gate-test-clients";
const mesh = completeMesh(undefined);
const gateway = completeGateway(
  { name: "gate", namespace: HOME, replicas: { min: 1, max: 1 }, drainSeconds: 3 },
  mesh,
);

describe("a gated rollout", { timeout: 180_000 }, () => {
  const cluster = onCluster("lab");
  const access = cluster?.access ?? {};
  const { run } = kubectl(programOf(cluster, "kubectl"), access);
  const options = { istiodNamespace: mesh.namespace, limitSeconds: 90 };
  /** Rolls out hosts, and tells the stages that it took. */
  const rollOut = async (objects: readonly PlannedObject[], more: object = {}): Promise<Stage[]> => {
    const rollout = await planRollout(access, NAME, objects);
    await runRollout(access, rollout, { ...options, ...more });
    return [...rollout.stages];
  };
  const ours = async (): Promise<Manifest[]> => {
    const applied = await readApplied(connect(access));
    return applied.flatMap(({ manifest }) =>
      manifest.metadata.labels?.[ENVIRONMENT_LABEL] === NAME ? [manifest] : [],
    );
  };

  beforeAll(async () => {
    if (cluster === undefined) return;
    const clients = { name: CLIENTS, labels: { "istio-injection": "enabled" } };
    await run(
      ["apply", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: clients }),
    );
    await run(["apply", "-f", "-"], JSON.stringify(sleep(CLIENTS, LAB_IMAGE)));
    await run(["rollout", "status", "-n", CLIENTS, "deploy/sleep", "--timeout=100s"]);
  }, 120_000);
  afterAll(async () => {
    if (cluster === undefined) return;
    await rollOut([]);
    await run(["delete", "namespace", CLIENTS, HOME, "--ignore-not-found", "--wait=false"]);
  }, 180_000);

  it("ends with what was planned in force, so that the first call is answered", async () => {
    await rollOut(hosts("edition.cnn.com"));
    const call = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}"];
    const pod = ["exec", "-n", CLIENTS, "deploy/sleep", "-c", "sleep", "--"];
    expect(await run([...pod, ...call, "http://edition.cnn.com/politics"])).toBe("301");
  });

  it("is told of by the cluster's matrix as by the plan's", async () => {
    const planned = matrixOf(hosts("edition.cnn.com").map(({ manifest }) => manifest));
    const live = matrixOf(await liveManifests(access));
    expect(live.filter(({ gateway: own }) => own === `${HOME}/gate`)).toEqual(planned);
    expect(planned.map(({ namespace, host }) => [namespace, host])).toEqual([[CLIENTS, "edition.cnn.com"]]);
  });

  it("has nothing to do the second time", async () => {
    expect(await rollOut(hosts("edition.cnn.com"))).toEqual([]);
  });

  it("names who owns a field that it would change, before anything is written", async () => {
    const patch = { spec: { ports: [{ port: 80, name: "http-80", targetPort: 9999 }] } };
    await run(["patch", "-n", HOME, "service/gate", "--field-manager=somebody", "-p", JSON.stringify(patch)]);
    const rollout = await planRollout(access, NAME, hosts("edition.cnn.com"));
    await expect(tryRollout(access, rollout)).rejects.toThrow(
      /Service\/gate-test-egress\/gate .*"somebody"/s,
    );
    await run(["delete", "-n", HOME, "service/gate"]);
    await rollOut(hosts("edition.cnn.com"));
    expect((await ours()).map(({ kind }) => kind)).toContain("Service");
  });

  it("waits for a proxy that does not answer, and names it", async () => {
    const [envoy] = await envoysOf(HOME, run);
    expect(envoy).toBeDefined();
    if (envoy === undefined) return;
    process.kill(envoy.pid, "SIGSTOP");
    try {
      const change = rollOut(hosts("edition.cnn.com", "en.wikipedia.org"), { limitSeconds: 5 });
      await expect(change).rejects.toThrow(`${HOME}/${envoy.pod}`);
    } finally {
      process.kill(envoy.pid, "SIGCONT");
    }
  });

  it("tells of a gateway that refused clusters before, though it takes the others", async () => {
    const broken = {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { name: "broken", namespace: HOME },
      spec: {
        configPatches: [
          {
            applyTo: "CLUSTER",
            match: { context: "GATEWAY", cluster: { service: `*.http.gate.${HOME}.sallyport.internal` } },
            patch: { operation: "MERGE", value: { type: "EDS" } },
          },
        ],
      },
    };
    await run(["apply", "-f", "-"], JSON.stringify(broken));
    try {
      const change = rollOut(hosts("edition.cnn.com", "www.google.com"), { limitSeconds: 15 });
      await expect(change).rejects.toThrow(/refuses Cluster .*EDS/);
    } finally {
      await run(["delete", "-n", HOME, "envoyfilter/broken"]);
    }
    await rollOut(hosts("edition.cnn.com", "www.google.com"));
  });

  it("changes no cluster of the gateway when a host with one of its own comes or goes", async () => {
    const modified = async () =>
      run([
        ...["exec", "-n", HOME, "deploy/gate", "--", "pilot-agent", "request", "GET"],
        "stats?filter=^cluster_manager.cluster_modified$",
      ]);
    const limited = { host: "en.wikipedia.org", tls: "none", limits: { requests: 9 } } as const;
    const before = await modified();
    expect(before).toContain("cluster_modified: ");
    await rollOut(hosts("edition.cnn.com", limited));
    await rollOut(hosts("edition.cnn.com"));
    expect(await modified()).toBe(before);
  });

  it("goes on from what an ended run left", async () => {
    const wanted = hosts("www.google.com");
    for (const last of [3, 2, 1]) {
      let begun = 0;
      const onStage = () => {
        begun++;
        if (begun === last) throw new Error("ended");
      };
      await expect(rollOut(wanted, { onStage })).rejects.toThrow("ended");
    }
    await rollOut(wanted);
    expect((await ours()).map(withoutOwner).map(text).sort()).toEqual(
      wanted.map(({ manifest }) => text(manifest)).sort(),
    );
  });

  it("writes nothing where one of its namespaces is not there, and names it", async () => {
    const before = await ours();
    const ghost = hosts("edition.cnn.com").map(({ wave, manifest: { metadata, ...rest } }) => ({
      wave,
      manifest: {
        ...rest,
        metadata: metadata.namespace === HOME ? { ...metadata, namespace: `${HOME}-ghost` } : metadata,
      },
    }));
    await expect(rollOut(ghost as PlannedObject[])).rejects.toThrow(`${HOME}-ghost (`);
    expect(await ours()).toEqual(before);
  });

  it("keeps a namespace in which somebody else has something, and takes its labels off", async () => {
    await run(["create", "configmap", "note", "-n", HOME]);
    const kept: string[] = [];
    await tryRollout(access, await planRollout(access, NAME, []), (line) => kept.push(line));
    await rollOut([], { onNote: (line: string) => kept.push(line) });
    const line = `Namespace/${HOME} is kept: it has ConfigMap/note`;
    expect(kept).toEqual([line, line]);
    expect(await ours()).toEqual([]);
    const labels = await run(["get", "namespace", HOME, "-o", "jsonpath={.metadata.labels}"]);
    expect(JSON.parse(labels)).toEqual({ "kubernetes.io/metadata.name": HOME });
    await run(["delete", "configmap", "note", "-n", HOME]);
    await rollOut(hosts("www.google.com"));
  });

  it("takes all of it away again, and leaves what is not its own", async () => {
    const own: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "gate-test-own",
        namespace: CLIENTS,
        labels: { "app.kubernetes.io/managed-by": "sallyport" },
      },
    };
    await applyObject(connect(access), own);
    await rollOut([]);
    expect(await ours()).toEqual([]);
    expect(await run(["get", "namespace", HOME, "--ignore-not-found"])).toBe("");
    expect(await run(["get", "-n", CLIENTS, "configmap/gate-test-own", "-o", "name"])).toContain(
      "gate-test-own",
    );
  });
});

function hosts(...some: readonly (string | Omit<HostInput, "allow">)[]): PlannedObject[] {
  const inputs = some.map((one): HostInput => {
    const host = typeof one === "string" ? ({ host: one, tls: "none" } as const) : one;
    return { ...host, allow: [{ from: { namespace: CLIENTS } }] };
  });
  return planEnvironment({
    name: NAME,
    mesh,
    gateways: [gateway],
    lockdown: [],
    monitoring: completeMonitoring(undefined),
    hosts: completeHosts(inputs, gateway),
  });
}

function withoutOwner(manifest: Manifest): Manifest {
  const { [ENVIRONMENT_LABEL]: _, ...labels } = manifest.metadata.labels ?? {};
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}

/** The API server gives keys back in an order of its own. */
function text(manifest: Manifest): string {
  return JSON.stringify(manifest, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
