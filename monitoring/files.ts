import { stringify } from "yaml";
import type { Environment } from "../model/environment.ts";
import { managedLabels } from "../plan/labels.ts";
import type { Json, Manifest } from "../plan/manifest.ts";
import { alertsOf } from "./alerts.ts";
import { dashboardOf } from "./dashboard.ts";
import { podMonitors, scrapeConfig } from "./scrape.ts";

/** A file for who watches an environment. */
interface MonitoringFile {
  readonly name: string;
  readonly text: string;
}

/**
 * What a Prometheus and a Grafana need of an environment, plain and as the Prometheus Operator's objects. The same
 * environment gives the same bytes.
 */
export function monitoringFiles(environment: Environment): MonitoringFile[] {
  const { name, gateways } = environment;
  const groups = [{ name: `sallyport-${name}`, rules: alertsOf(gateways) }];
  const rule: Manifest = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: `sallyport-${name}`,
      ...(gateways[0] === undefined ? {} : { namespace: gateways[0].namespace }),
      labels: managedLabels(),
    },
    spec: { groups: groups as unknown as Json },
  };
  return [
    { name: "dashboard.json", text: `${JSON.stringify(dashboardOf(environment), null, 2)}\n` },
    {
      name: "operator.yaml",
      text: [rule, ...podMonitors(gateways)].map((object) => `---\n${yaml(object)}`).join(""),
    },
    { name: "rules.yaml", text: yaml({ groups }) },
    { name: "scrape.yaml", text: yaml({ scrape_configs: [scrapeConfig(gateways)] }) },
  ];
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
