import { stringify } from "yaml";
import type { DeployEvent } from "../../deploy/events.ts";
import { printable } from "../../model/index.ts";

/** An event in lines for a person; empty where there is nothing to say. */
export function linesOf(event: DeployEvent): string {
  switch (event.event) {
    case "step": {
      const fields = event.fields.length === 0 ? "" : `: ${event.fields.join(", ")}`;
      const failed = event.outcome === "failed" ? " failed" : "";
      return `${printable(`${event.operation}: ${event.op} ${event.kind} ${event.name}${fields}${failed}`)}\n`;
    }
    case "message": {
      const severity = event.severity === "info" ? "" : `${event.severity}: `;
      return `${severity}${event.text.split("\n").map(printable).join("\n")}\n`;
    }
    case "summary": {
      const changes = Object.entries(event.changes).map(([op, number]) => `${number} ${op}`);
      if (event.operation === "drift") return "";
      return `${event.operation}: ${changes.join(", ") || "nothing"} (${event.seconds} s)\n`;
    }
    case "outputs":
      return stringify({ outputs: event.outputs }, { aliasDuplicateObjects: false });
  }
}
