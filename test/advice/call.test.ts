import { expect, it } from "vitest";
import { evaluate } from "../../access/evaluate/evaluate.ts";
import { meshOf } from "../../advice/call.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";

it("a call is judged with the path normalization that preflight asks a mesh for", () => {
  const { environment } = loadTexts({
    "env.yaml": `environment: dev
gateways: [{ name: egress, namespace: egress }]
hosts: [{ host: a.example.com, tls: none, allow: [{ from: { namespace: news }, paths: [/health] }] }]`,
  });
  if (environment === undefined) throw new Error("the environment has problems");
  const manifests = planEnvironment(environment).map(({ manifest }) => manifest);
  const answer = (path: string) =>
    evaluate(
      manifests,
      { principal: "cluster.local/ns/news/sa/a", host: "a.example.com", port: 80, scheme: "http", path },
      meshOf(environment.mesh),
    ).answer;
  expect(["/health", "//health", "/./health", "/%2fhealth"].map(answer)).toEqual([
    "allowed",
    "allowed",
    "allowed",
    "forbidden",
  ]);
});
