import { expect, it } from "vitest";
import { connect } from "../../cluster/client.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { removeObjects, tryRollout } from "../../rollout/apply.ts";
import { takenOverLine } from "../../rollout/taken-over.ts";
import { apiServer } from "../cluster/api-server.ts";

const policy: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "one", namespace: "egress" },
};
const entry = (manager: string, fieldsV1: object, more: object = {}) => ({ manager, fieldsV1, ...more });
const ours = entry("sallyport", { "f:metadata": { "f:labels": {} }, "f:spec": { "f:action": {} } });
const edited = entry("kubectl-edit", {
  "f:spec": { ".": {}, "f:rules": {}, "f:selector": { "f:matchLabels": {} } },
});
const live = (...managedFields: object[]) => ({ ...policy, metadata: { ...policy.metadata, managedFields } });
const LINE =
  "AuthorizationPolicy/egress/one is removed with fields of others: kubectl-edit has spec.rules, spec.selector";

it("an object that somebody else has changed is told with who and what", async () => {
  const { access } = await apiServer(() => ({ body: live(ours, edited) }));
  expect(await takenOverLine(connect(access), policy)).toBe(LINE);
});

it.each([
  ["is ours alone", ours],
  ["the gate touched", entry("sallyport-gate", { "f:metadata": { "f:annotations": {} } })],
  ["has a status", entry("istiod", { "f:status": { "f:conditions": {} } })],
  ["is scaled", entry("autoscaler", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" })],
])("nothing is told of one that %s", async (_, one) => {
  const { access } = await apiServer(() => ({ body: live(ours, one) }));
  expect(await takenOverLine(connect(access), policy)).toBeUndefined();
});

it("a trial tells it and removes nothing; a removal removes it all the same", async () => {
  const { access, asked } = await apiServer((request) => ({
    body: request.endsWith("/namespaces") ? { items: [] } : live(ours, edited),
  }));
  const notes: string[] = [];
  const stages = [{ phase: "contract" as const, wave: "routes" as const, write: [], remove: [policy] }];
  await tryRollout(access, { stages, had: [], known: [] }, (note) => notes.push(note));
  expect(notes).toEqual([LINE]);
  expect(asked.filter((request) => request.startsWith("DELETE"))).toEqual([]);
  await removeObjects(access, [{ wave: "routes", manifest: policy }]);
  expect(asked.at(-1)).toContain("DELETE");
});
