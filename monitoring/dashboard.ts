import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Environment } from "../model/environment.ts";
import { digest } from "../model/values/digest.ts";
import { dashboardRows, type Panel } from "./panels.ts";

/** Where Grafana looks: the reader's choice among its Prometheus data sources. */
const SOURCE = { type: "prometheus", uid: "$datasource" };

/** The environment's Grafana dashboard. It has the same address in Grafana each time that it is imported. */
export function dashboardOf({ name, gateways }: Environment): Dashboard {
  const builder = new DashboardBuilder(`Egress of ${name}`)
    // Grafana takes 40 characters, and an environment's name may have more.
    .uid(`sallyport-${digest(name)}`)
    .tags(["sallyport", "egress"])
    .time({ from: "now-3h", to: "now" })
    .refresh("1m")
    .readonly()
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
    .withVariable(
      new CustomVariableBuilder("gateway")
        .label("Gateway")
        .values(gateways.map((gateway) => gateway.name).join(","))
        .includeAll(true)
        .multi(true)
        .current({ selected: true, text: "All", value: "$__all" }),
    );
  for (const { title, panels } of dashboardRows(gateways)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panelOf(panel));
  }
  return builder.build();
}

function panelOf({ kind, title, description, unit, queries }: Panel): LinesBuilder | TableBuilder {
  const builder = kind === "lines" ? new LinesBuilder().span(12) : new TableBuilder().span(24);
  builder.title(title).description(description).unit(unit).height(8).datasource(SOURCE);
  queries.forEach(({ expression, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expression)
      .legendFormat(legend);
    builder.withTarget(kind === "lines" ? query : query.instant().format(PromQueryFormat.Table));
  });
  return builder;
}
