import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it } from "vitest";
import { linesOf } from "../../cli/deploy/lines.ts";
import { type DeployEvent, eventOf, outputsEvent } from "../../deploy/events.ts";

const at = { sequence: 1, timestamp: 1 };
const URN =
  "urn:pulumi:dev::sallyport::sallyport:index:EgressGateway$kubernetes:core/v1:Service::dev/egress/egress";

function step(op: OpType, more: object = {}): StepEventMetadata {
  const type = "kubernetes:core/v1:Service";
  const state = { type, urn: URN, id: "", parent: "", inputs: {}, outputs: {}, provider: "", custom: true };
  return { op, urn: URN, type, provider: "", new: state, ...more };
}

const done = (op: OpType, more: object = {}): EngineEvent => ({
  ...at,
  resOutputsEvent: { metadata: step(op, more) },
});
const message = (text: string, more: object = {}): EngineEvent => ({
  ...at,
  diagnosticEvent: { message: text, color: "never", severity: "info", ...more },
});

describe("an event of the engine", () => {
  it("of a change names the object and the fields that differ", () => {
    const detailedDiff = { "spec.ports[0].targetPort": { diffKind: "update", inputDiff: false } };
    const told = eventOf("up", done("update", { detailedDiff }));
    expect(told).toEqual({
      event: "step",
      operation: "up",
      outcome: "done",
      op: "update",
      kind: "Service",
      name: "dev/egress/egress",
      fields: ["spec.ports[0].targetPort"],
    });
    expect(linesOf(told as DeployEvent)).toBe(
      "up: update Service dev/egress/egress: spec.ports[0].targetPort\n",
    );
  });

  it("of a step that failed says so, and of one that is only planned", () => {
    const failed = eventOf("up", {
      ...at,
      resOpFailedEvent: { metadata: step("create"), status: 1, steps: 1 },
    });
    expect(failed).toMatchObject({ outcome: "failed", op: "create" });
    expect(linesOf(failed as DeployEvent)).toBe("up: create Service dev/egress/egress failed\n");
    const planned = { ...at, resOutputsEvent: { metadata: step("create"), planning: true } };
    expect(eventOf("preview", planned)).toMatchObject({ outcome: "planned" });
  });

  it.each<[string, EngineEvent]>([
    ["an object that stays", done("same")],
    ["an object that is read", done("refresh")],
    ["a component", done("create", { new: { ...step("create").new, custom: false } })],
    ["a provider", done("create", { type: "pulumi:providers:kubernetes" })],
    ["the engine's own", message("RPC finished", { severity: "debug" })],
    ["a passing state", message("waiting for pods", { ephemeral: true })],
    ["an empty line", message("\n")],
    ["what will be done", { ...at, resourcePreEvent: { metadata: step("create") } }],
  ])("is not told of %s", (_, event) => {
    expect(eventOf("up", event)).toBeUndefined();
  });

  it("of a message tells its severity, and nothing of it steers a terminal", () => {
    const told = eventOf("up", message("no\u001b[2J\nsecond\n", { severity: "error" }));
    expect(told).toEqual({
      event: "message",
      operation: "up",
      severity: "error",
      text: "no\u001b[2J\nsecond",
    });
    expect(linesOf(told as DeployEvent)).toBe("error: no\\u001b[2J\nsecond\n");
  });

  it("at the end counts what was done", () => {
    const summaryEvent = {
      maybeCorrupt: false,
      durationSeconds: 6,
      resourceChanges: { create: 2, same: 30 },
      policyPacks: {},
    };
    const told = eventOf("up", { ...at, summaryEvent }) as DeployEvent;
    expect(told).toEqual({
      event: "summary",
      operation: "up",
      changes: { create: 2, same: 30 },
      seconds: 6,
    });
    expect(linesOf(told)).toBe("up: 2 create, 30 same (6 s)\n");
  });
});

it("outputs that are secret are not told", () => {
  const told = outputsEvent({
    gateways: { value: { egress: "egress.egress" }, secret: false },
    key: { value: "of great value", secret: true },
  });
  expect(told).toEqual({
    event: "outputs",
    outputs: { gateways: { egress: "egress.egress" }, key: "[secret]" },
  });
  expect(linesOf(told)).toBe('outputs:\n  gateways:\n    egress: egress.egress\n  key: "[secret]"\n');
});
