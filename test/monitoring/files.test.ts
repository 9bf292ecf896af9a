import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { completeGateway, completeMesh } from "../../model/complete.ts";
import { alertsOf } from "../../monitoring/alerts.ts";
import { dashboardOf } from "../../monitoring/dashboard.ts";
import { monitoringFiles } from "../../monitoring/files.ts";
import { dashboardRows } from "../../monitoring/panels.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { askedBy } from "../../plan/telemetry/asked.ts";
import { environmentOf, STACKS } from "../stacks.ts";

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

describe.each(STACKS)("monitoring of %s", (file) => {
  const environment = environmentOf(file);
  const files = new Map(monitoringFiles(environment).map(({ name, text }) => [name, text]));
  const rules = parse(files.get("rules.yaml") ?? "") as Rules;

  it("is the same rules, plain and for the operator", () => {
    const [rule, ...monitors] = parseAllDocuments(files.get("operator.yaml") ?? "").map(
      (document) => document.toJS() as { kind: string; spec: unknown },
    );
    expect(rule).toMatchObject({ kind: "PrometheusRule", spec: rules });
    expect(monitors.map(({ kind }) => kind)).toEqual(environment.gateways.map(() => "PodMonitor"));
  });

  it("names counters that the gateways have, and no others of ours", () => {
    const planned = JSON.stringify(planEnvironment(environment));
    const queries = [
      ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
      ...dashboardRows(environment.gateways).flatMap(({ panels }) =>
        panels.flatMap((panel) => panel.queries.map(({ expression }) => expression)),
      ),
    ];
    const named = new Set(
      queries.flatMap((query) => query.match(/envoy_sallyport_egress_\w+?(?=_bucket|\{|\b)/g) ?? []),
    );
    expect(named.size).toBeGreaterThan(5);
    const { audits } = askedBy(environment.hosts);
    expect(planned.includes('"name":"audited"')).toBe(audits);
    // A panel shows nothing until there is an audit.
    if (!audits) named.delete("envoy_sallyport_egress_audited");
    for (const metric of named) {
      const name = metric.replace("envoy_sallyport_egress_", "").replace(/_bucket$/, "");
      expect(planned).toContain(`"stat":{"name":"${name}"`);
    }
  });

  it("has an alert for each of what can go wrong, of all gateways", () => {
    const alerts = rules.groups.flatMap((group) => group.rules);
    expect(new Set(alerts.map(({ alert }) => alert))).toEqual(
      new Set([
        "SallyportRefusals",
        "SallyportUpstreamFailing",
        "SallyportCertificateNearExpiry",
        "SallyportGatewaySaturated",
        "SallyportConfigurationNotInSync",
        "SallyportGatewayAbsent",
        "SallyportGatewayNodeDown",
        ...(environment.gateways.some(({ replicas }) => replicas.min > 1)
          ? ["SallyportGatewayOnOneNode"]
          : []),
      ]),
    );
    for (const { name } of environment.gateways)
      for (const { expr } of alerts.filter(({ alert }) => alert === "SallyportRefusals"))
        expect(expr).toMatch(new RegExp(`gateway=~"([^"]*\\|)?${name}(\\||")`));
  });

  it("has a panel for each query, with Grafana's own choice of source", () => {
    const dashboard = JSON.parse(files.get("dashboard.json") ?? "") as {
      panels: readonly {
        type: string;
        datasource?: { uid: string };
        targets?: readonly { expr: string }[];
      }[];
    };
    const pictures = dashboard.panels.filter(({ type }) => type !== "row");
    expect(pictures.map(({ datasource }) => datasource?.uid)).toEqual(pictures.map(() => "$datasource"));
    const shown = pictures.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const wanted = dashboardRows(environment.gateways).flatMap(({ panels }) =>
      panels.flatMap((panel) => panel.queries.map(({ expression }) => expression)),
    );
    expect(shown).toEqual(wanted);
  });
});

it("two gateways have one alert a name, which tells of either", () => {
  const mesh = completeMesh(undefined);
  const alerts = alertsOf(["one", "two"].map((name) => completeGateway({ name, namespace: name }, mesh)));
  expect(alerts.map(({ alert }) => alert)).toEqual([...new Set(alerts.map(({ alert }) => alert))]);
  for (const name of ["SallyportGatewaySaturated", "SallyportGatewayAbsent"]) {
    const expr = alerts.find(({ alert }) => alert === name)?.expr;
    for (const gateway of ["one", "two"]) expect(expr).toContain(`gateway="${gateway}"`);
  }
});

it("the dashboards of two environments have two addresses, which Grafana takes, however long their names", () => {
  const long = "a".repeat(59);
  const uids = ["a", `${long}1`, `${long}2`].map(
    (name) => dashboardOf({ ...environmentOf("stacks/dev.yaml"), name }).uid ?? "",
  );
  expect(new Set(uids).size).toBe(3);
  for (const uid of uids) expect(uid).toMatch(/^[\w-]{1,40}$/);
});
