import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { IDENTITY_KEY } from "../cluster/identity.ts";

/** The identity of a stack's cluster, as the stack's file has it; undefined where it belongs to none yet. */
export function recordedCluster(project: string, stack: string): string | undefined {
  const recorded = settingsOf(project, stack).getIn(["config", IDENTITY_KEY]);
  return typeof recorded === "string" ? recorded : undefined;
}

/** Writes into the stack's file, made where it is not there, which cluster it belongs to; all else stays in it. */
export function recordCluster(project: string, stack: string, identity: string): void {
  const settings = settingsOf(project, stack);
  if (!isMap(settings.get("config"))) settings.set("config", settings.createNode({}));
  settings.setIn(["config", IDENTITY_KEY], identity);
  writeFileSync(fileOf(project, stack), settings.toString());
}

function settingsOf(project: string, stack: string) {
  const file = fileOf(project, stack);
  return parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "");
}

function fileOf(project: string, stack: string): string {
  return join(project, `Pulumi.${stack}.yaml`);
}
