import type {
  EngineEvent,
  OpMap,
  OpType,
  OutputMap,
  StepEventMetadata,
} from "@pulumi/pulumi/automation/index.js";

/** What is done with a stack; `drift` looks what others changed in the cluster since, and changes nothing. */
export type Operation = "drift" | "preview" | "up" | "refresh" | "destroy";

/** What an operation tells, as plain data: a line of JSON each for whoever reads it by machine. */
export type DeployEvent =
  | {
      readonly event: "step";
      readonly operation: Operation;
      /** `planned` where nothing is written. */
      readonly outcome: "planned" | "done" | "failed";
      readonly op: OpType;
      readonly kind: string;
      /** The resource's name in the program. */
      readonly name: string;
      /** The fields that differ, such as `spec.replicas`; of a change alone. */
      readonly fields: readonly string[];
    }
  | {
      readonly event: "message";
      readonly operation: Operation;
      readonly severity: "info" | "warning" | "error";
      readonly text: string;
    }
  | {
      readonly event: "summary";
      readonly operation: Operation;
      /** How many resources, by what is done with them. */
      readonly changes: OpMap;
      readonly seconds: number;
    }
  | { readonly event: "outputs"; readonly outputs: Readonly<Record<string, unknown>> };

/** Said of what is only read or left as it is. */
const QUIET: readonly OpType[] = ["same", "read", "refresh"];

/** What an event of the engine tells; undefined where that is nothing for a reader. */
export function eventOf(operation: Operation, event: EngineEvent): DeployEvent | undefined {
  const { diagnosticEvent, resOutputsEvent, resOpFailedEvent, summaryEvent } = event;
  const step = resOutputsEvent ?? resOpFailedEvent;
  if (step !== undefined) {
    const { op, urn, type, detailedDiff } = step.metadata;
    if (!isObject(step.metadata) || QUIET.includes(op)) return undefined;
    const planned = resOutputsEvent?.planning === true ? "planned" : "done";
    const outcome = resOutputsEvent === undefined ? "failed" : planned;
    const fields = Object.keys(detailedDiff ?? {});
    return {
      event: "step",
      operation,
      outcome,
      op,
      kind: lastOf(type, ":"),
      name: lastOf(urn, "::"),
      fields,
    };
  }
  if (summaryEvent !== undefined) {
    const { resourceChanges, durationSeconds } = summaryEvent;
    return { event: "summary", operation, changes: resourceChanges, seconds: durationSeconds };
  }
  if (diagnosticEvent === undefined || diagnosticEvent.ephemeral) return undefined;
  const severity = SEVERITIES[diagnosticEvent.severity];
  const text = diagnosticEvent.message.trim();
  return severity === undefined || text === "" ? undefined : { event: "message", operation, severity, text };
}

/** Components and providers are the program's own affair. */
function isObject({ type, old, new: next }: StepEventMetadata): boolean {
  return (next ?? old)?.custom === true && !type.startsWith("pulumi:providers:");
}

/** What the program itself writes comes as `info` and `info#err`; `debug` is the engine's own. */
const SEVERITIES: Readonly<Record<string, "info" | "warning" | "error">> = {
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

/** A stack's outputs, without those that are secret. */
export function outputsEvent(outputs: OutputMap): DeployEvent {
  const shown = Object.entries(outputs).map(([name, { value, secret }]) => [
    name,
    secret ? "[secret]" : (value as unknown),
  ]);
  return { event: "outputs", outputs: Object.fromEntries(shown) };
}

function lastOf(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + separator.length);
}
