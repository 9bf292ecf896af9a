import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { entryPath } from "../../lab/build/cache-entry.ts";
import { prometheusKey, prometheusPrograms } from "../../lab/build/prometheus.ts";
import { completeGateway, completeMesh } from "../../model/complete.ts";
import { alertsOf } from "../../monitoring/alerts.ts";
import { dashboardRows } from "../../monitoring/panels.ts";
import { scrapeConfig } from "../../monitoring/scrape.ts";
import { gatewayFilter, mergeInto, TCP_PROXY } from "../../plan/envoy-filter.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { filtered, where } from "../../plan/telemetry/log-filter.ts";
import { fileLogger } from "../../plan/telemetry/providers.ts";
import { folderOf } from "../folders.ts";
import { onCluster } from "./cluster.ts";
import {
  CLIENT,
  ENVIRONMENT,
  eventually,
  HOME,
  monitoringWorld,
  namespace,
  program,
} from "./monitoring-world.ts";

const WATCH = "mon-prometheus";
const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount";

interface Result {
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
}
interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP: string };
}

describe("a Prometheus that watches the gateway", { timeout: 120_000 }, () => {
  const cluster = onCluster("lab");
  const world = monitoringWorld(cluster);
  const { run } = world.kubectl;

  beforeAll(async () => {
    if (cluster === undefined) return;
    await world.begin();
    const [pod] = (
      JSON.parse(
        await run(["get", "pods", "-n", HOME, "-l", "egress.sallyport.dev/gateway=mon", "-o", "json"]),
      ) as { items: readonly Pod[] }
    ).items;
    if (pod === undefined) throw new Error("the gateway has no pod");
    const config = JSON.stringify(prometheusConfig(pod));
    const args = ["--config.file=/etc/watch/prometheus.yml", "--storage.tsdb.path=/tmp/data"];
    const [deployment, service] = program(WATCH, "prometheus", args, 9090);
    await world.put(namespace(WATCH));
    await world.put(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "watch", namespace: WATCH },
        data: { "prometheus.yml": config, "rules.yml": rulesAtOnce() },
      },
      ...mayReadNodes(),
      withConfig(deployment),
      service,
    );
    await run(["rollout", "status", "-n", WATCH, "deploy/prometheus", "--timeout=60s"]);
    await calls(5);
  }, 220_000);
  afterAll(async () => {
    if (cluster === undefined) return;
    await world.end();
    await run(["delete", "clusterrole,clusterrolebinding", WATCH]);
    await run(["delete", "namespace", WATCH, "--wait=false"]);
  }, 150_000);

  const ask = async (query: string): Promise<Result["data"]["result"]> => {
    const path = `/api/v1/namespaces/${WATCH}/services/prometheus:9090/proxy/api/v1/query?query=${encodeURIComponent(query)}`;
    return (JSON.parse(await run(["get", "--raw", path])) as Result).data.result;
  };
  /** Calls of every kind for some seconds. */
  const calls = (seconds: number) =>
    world.shell(
      CLIENT,
      "sleep",
      `end=$(($(date +%s)+${seconds})); while [ $(date +%s) -lt $end ]; do
         for u in http://edition.cnn.com/politics http://www.google.com/ http://down.example.com/ https://en.wikipedia.org/ https://de.wikipedia.org/; do
           curl -s -o /dev/null -m 3 $u; done; done`,
    );
  const firing = (name: string) => ask(`ALERTS{alertname="Sallyport${name}",alertstate="firing"}`);

  const panels = dashboardRows(ENVIRONMENT.gateways).flatMap((row) => row.panels);
  it("has data for every panel", async () => {
    await calls(5);
    const empty = async () => {
      const missing: string[] = [];
      for (const { title, queries } of panels)
        for (const { expression } of queries) {
          const query = expression.replaceAll("$gateway", ".*").replaceAll("$__rate_interval", "30s");
          if ((await ask(query)).length === 0) missing.push(`${title}: ${query}`);
        }
      return missing;
    };
    expect(await eventually(empty, (missing) => missing.length === 0, 45)).toEqual([]);
  });

  it("has no label of a name that policy refused", async () => {
    const hosts = new Set(
      (await ask('{__name__=~"envoy_sallyport_egress_.*connections"}')).map(({ metric }) => metric.host),
    );
    expect(hosts).toEqual(new Set(["en.wikipedia.org", "other"]));
  });

  it.each(["Refusals", "UpstreamFailing", "CertificateNearExpiry", "GatewaySaturated"])(
    "has the alert %s fire",
    async (name) => {
      const load = calls(20);
      expect(
        await eventually(
          () => firing(name),
          (found) => found.length > 0,
          40,
        ),
      ).not.toEqual([]);
      await load;
    },
  );

  it("has the alert fire for configuration that Envoy refuses", async () => {
    // Istio can't judge an expression in CEL, and Envoy knows no such function.
    const logger = { ...fileLogger("/dev/null", {}), ...filtered([where("no_such_function()")]) };
    const [gateway] = ENVIRONMENT.gateways;
    if (gateway === undefined) throw new Error("there is no gateway");
    const refused = gatewayFilter(gateway, { name: "mon-refused", namespace: HOME }, [
      mergeInto(TCP_PROXY, { access_log: [logger] }),
    ]);
    expect(await firing("ConfigurationNotInSync")).toEqual([]);
    await world.put(refused);
    expect(
      await eventually(
        () => firing("ConfigurationNotInSync"),
        (found) => found.length > 0,
        40,
      ),
    ).not.toEqual([]);
    await run(["delete", "envoyfilter", "-n", HOME, "mon-refused"]);
  });

  it("has the alert fire for a node where no gateway answers", async () => {
    expect(await firing("GatewayNodeDown")).toEqual([]);
    await run(["scale", "-n", HOME, "deploy/mon", "--replicas=0"]);
    const found = await eventually(
      () => firing("GatewayNodeDown"),
      (all) => all.length > 0,
      40,
    );
    expect(found).toEqual([
      expect.objectContaining({
        metric: expect.objectContaining({ gateway: "mon", node: expect.any(String) }),
      }),
    ]);
  });
});

describe("the alerts by promtool", () => {
  onCluster("lab");
  const mesh = completeMesh(undefined);
  const gateways = ["mon", "other"].map((name) => completeGateway({ name, namespace: name }, mesh));
  const rules = alertsOf(gateways);

  const pod = (name: string, node: string, gateway = "mon", values = "1x40") => ({
    series: `up{job="sallyport",gateway="${gateway}",pod="${name}",node="${node}"}`,
    values,
  });
  /** What promtool is to find: an alert of the gateway mon, or none. */
  const told = (name: string, severity: string, summary: string, labels = {}) => ({
    exp_labels: { severity, gateway: "mon", ...labels },
    exp_annotations: { ...rules.find(({ alert }) => alert === name)?.annotations, summary },
  });
  const promtool = async (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const folder = folderOf({ "rules.yaml": stringify({ groups: [{ name: "test", rules }] }), ...files });
    const { promtool } = prometheusPrograms(entryPath("prometheus", await prometheusKey()));
    return execFileSync(promtool, args, { cwd: folder, encoding: "utf8" });
  };
  const tested = (tests: readonly object[]) =>
    promtool(
      { "test.yaml": stringify({ rule_files: ["rules.yaml"], evaluation_interval: "1m", tests }) },
      "test",
      "rules",
      "test.yaml",
    );

  it("are rules that Prometheus takes, none of them twice", async () => {
    const found = await promtool({}, "check", "rules", "rules.yaml");
    expect(found).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(found).not.toContain("duplicate");
  });

  it("fire for two pods on one node, and not for two nodes or too short", async () => {
    const alertname = "SallyportGatewayOnOneNode";
    const alert = told(alertname, "warning", "All pods of the gateway mon run on one node");
    const rule = (nodes: readonly [string, string], alerts: readonly object[]) => ({
      interval: "1m",
      input_series: [pod("a", nodes[0]), pod("b", nodes[1])],
      alert_rule_test: [
        { eval_time: "10m", alertname, exp_alerts: [] },
        { eval_time: "20m", alertname, exp_alerts: alerts },
      ],
    });
    expect(await tested([rule(["one", "one"], [alert]), rule(["one", "two"], [])])).toContain("SUCCESS");
  });

  it("fire for a gateway of which no pod is left, and not for the other", async () => {
    const alertname = "SallyportGatewayAbsent";
    const summary = "Prometheus finds no pod of the gateway mon";
    const alert = told(alertname, "critical", summary, { job: "sallyport" });
    const test = {
      interval: "1m",
      // A target that is gone leaves a mark that its series has ended.
      input_series: [pod("a", "one", "mon", "1x10 stale"), pod("b", "one", "other")],
      alert_rule_test: [
        { eval_time: "10m", alertname, exp_alerts: [] },
        { eval_time: "20m", alertname, exp_alerts: [alert] },
      ],
    };
    expect(await tested([test])).toContain("SUCCESS");
  });
});

/** The rules as they are, but that they need not hold for minutes. */
function rulesAtOnce(): string {
  const rules = alertsOf(ENVIRONMENT.gateways).map((alert) => ({ ...alert, for: "0s" }));
  return stringify({ groups: [{ name: "egress", rules }] });
}

/**
 * Our own entry with the pod as Kubernetes' discovery would give it, which Debian's Prometheus is built without; and the
 * kubelets' metrics, by way of the API server.
 */
function prometheusConfig({ metadata, spec, status }: Pod): Json {
  const { kubernetes_sd_configs: _, ...entry } = scrapeConfig(ENVIRONMENT.gateways) as {
    [field: string]: Json;
  };
  const discovered = {
    targets: [status.podIP],
    labels: {
      __meta_kubernetes_namespace: HOME,
      __meta_kubernetes_pod_ip: status.podIP,
      __meta_kubernetes_pod_label_egress_sallyport_dev_gateway: "mon",
      __meta_kubernetes_pod_name: metadata.name,
      __meta_kubernetes_pod_node_name: spec.nodeName,
      __meta_kubernetes_pod_phase: "Running",
    },
  };
  const kubelet = {
    job_name: "kubelet",
    scheme: "https",
    metrics_path: `/api/v1/nodes/${spec.nodeName}/proxy/metrics/resource`,
    authorization: { credentials_file: `${TOKEN}/token` },
    tls_config: { ca_file: `${TOKEN}/ca.crt` },
    // What it measured is its own time, some seconds ago.
    honor_timestamps: false,
    static_configs: [{ targets: ["kubernetes.default.svc"] }],
  };
  return {
    global: { scrape_interval: "2s", scrape_timeout: "2s", evaluation_interval: "2s" },
    rule_files: ["/etc/watch/rules.yml"],
    scrape_configs: [{ ...entry, static_configs: [discovered] }, kubelet],
  };
}

function mayReadNodes(): Manifest[] {
  const metadata = { name: WATCH };
  const group = "rbac.authorization.k8s.io";
  return [
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRole",
      metadata,
      rules: [{ apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"] }],
    },
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: group, kind: "ClusterRole", name: WATCH },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: WATCH }],
    },
  ];
}

function withConfig(deployment: Manifest): Manifest {
  const { template, ...spec } = deployment.spec as { template: { spec: { containers: readonly object[] } } };
  const [container] = template.spec.containers;
  const volumes = [{ name: "watch", configMap: { name: "watch" } }];
  const mounted = { ...container, volumeMounts: [{ name: "watch", mountPath: "/etc/watch" }] };
  const filled = { ...template, spec: { ...template.spec, containers: [mounted], volumes } };
  return { ...deployment, spec: { ...spec, template: filled } as unknown as Json };
}
