import { expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";

const said = (resources: string) =>
  loadTexts({
    "env.yaml": `environment: dev\ngateways: [{ name: egress, namespace: egress, resources: ${resources} }]\n`,
  }).problems.map(({ path, why, fix }) => `${path.replace("gateways[0].resources.", "")}: ${why}; ${fix}`);

it.each([
  [
    '{ requests: { cpu: "99999999999999999999" } }',
    "requests.cpu: no node has so much: at most 1000; write such as 250m, or 2 (cores)",
  ],
  [
    "{ requests: { cpu: 256Mi } }",
    "requests.cpu: no node has so much: at most 1000; write such as 250m, or 2 (cores)",
  ],
  ["{ limits: { memory: 100Ti } }", "limits.memory: no node has so much: at most 64Ti; write such as 256Mi"],
  [
    "{ requests: { memory: 100m } }",
    "requests.memory: no proxy runs on so little: at least 1Mi; write such as 256Mi",
  ],
])("a pod's size with a mistaken unit is refused: %s", (resources, problem) => {
  expect(said(resources)).toEqual([problem]);
});

it("a pod's size is fine up to what nodes have, and may be nothing", () => {
  expect(said('{ requests: { cpu: "1000", memory: 1Mi }, limits: { memory: 64Ti } }')).toEqual([]);
  expect(said('{ requests: { cpu: "0", memory: "0" } }')).toEqual([]);
});
