import { describe, expect, it } from "vitest";
import { completeMonitoring } from "../../model/complete.ts";
import { loadTexts } from "./memory-files.ts";

const GATEWAY = "environment: dev\ngateways:\n  - { name: egress, namespace: egress }\n";
const load = (text: string) => loadTexts({ "env.yaml": `${GATEWAY}${text}` });
const problemsOf = (text: string) =>
  load(text).problems.map(({ line, path, why }) => `${line} ${path}: ${why}`);

describe("monitoring", () => {
  it("is a log of all calls and one of refusals on standard output, without queries and secrets", () => {
    expect(load("").environment?.monitoring).toEqual({
      providers: [],
      access: ["stdout"],
      errors: ["stdout"],
      query: "strip",
      headers: [],
      redactHeaders: ["authorization", "cookie", "proxy-authorization", "x-api-key"],
      sidecar: false,
    });
  });

  it("gives an own port to no collector that names none", () => {
    const text =
      "monitoring:\n  providers: [{ name: a, type: otlp, namespace: b, service: c }]\n  access: [a]\n";
    expect(load(text).environment?.monitoring.providers).toEqual([
      { name: "a", type: "otlp", namespace: "b", service: "c", port: 4317 },
    ]);
  });

  it("has each provider once, and logs that name what is there", () => {
    expect(
      problemsOf(`monitoring:
  providers:
    - { name: stdout, type: file }
    - { name: a, type: file }
    - { name: a, type: otlp, namespace: b, service: c }
  access: [a, b]
  errors: [stdout, c]
`),
    ).toEqual([
      "6 monitoring.providers[0].name: stdout is there by itself",
      "8 monitoring.providers[2].name: another provider has this name",
      "9 monitoring.access[1]: no provider has this name",
      "10 monitoring.errors[1]: no provider has this name",
    ]);
  });

  it("says nothing of names while a provider's own is at fault", () => {
    expect(problemsOf("monitoring:\n  providers: [{ name: A, type: file }]\n  access: [a]\n")).toEqual([
      "5 monitoring.providers[0].name: Kubernetes takes 1 to 63 characters of a-z, 0-9 and inner hyphens here",
    ]);
  });

  it("keeps end users' tokens out of the log", () => {
    const tokens = (monitoring: string, header = "") =>
      problemsOf(`monitoring: { ${monitoring} }\nissuers: [{ name: corp, issuer: corp${header} }]\n`);
    const why = "the log would have end users' tokens, which an issuer has in this header";
    expect(tokens("headers: [x-team, x-user-token]")).toEqual([`4 monitoring.headers[1]: ${why}`]);
    expect(tokens("headers: [x-jwt]", ", header: x-jwt")).toEqual([`4 monitoring.headers[0]: ${why}`]);
    expect(tokens("headers: [x-user-token], redactHeaders: [x-user-token]")).toEqual([]);
    expect(tokens("headers: [x-user-token]", ", header: x-jwt")).toEqual([]);
  });

  it("redacts secret headers whatever else is named", () => {
    const names = ["authorization", "cookie", "proxy-authorization", "x-api-key"];
    expect(
      load("monitoring: { redactHeaders: [x-team, cookie] }\n").environment?.monitoring.redactHeaders,
    ).toEqual([...names, "x-team"]);
    expect(completeMonitoring({ redactHeaders: ["x-team"] }).redactHeaders).toEqual([...names, "x-team"]);
    expect(
      problemsOf(
        "monitoring: { headers: [authorization], redactHeaders: [x-team] }\nissuers: [{ name: corp, issuer: corp, header: authorization }]\n",
      ),
    ).toEqual([]);
  });

  it("takes headers by their names in lower case", () => {
    expect(problemsOf("monitoring: { headers: [X-Team, ':path'] }\n")).toEqual([
      "4 monitoring.headers[0]: not the name of a header",
      "4 monitoring.headers[1]: not the name of a header",
    ]);
  });
});
