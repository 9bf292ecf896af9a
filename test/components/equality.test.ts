import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { EgressEnvironment } from "../../components/index.ts";
import { loadEnvironment } from "../../model/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { registeredBy } from "./mocks.ts";

const FILES = ["stacks/dev.yaml", "stacks/staging.yaml", "stacks/prod.yaml", "stacks/lab/004.yaml"];

describe("what the components register", () => {
  it.each(FILES)("equals what render prints of %s", async (file) => {
    const { environment } = loadEnvironment(file);
    if (environment === undefined) throw new Error(`${file} does not load`);
    const printed = parseAllDocuments(renderStream(planEnvironment(environment))).map((document) =>
      document.toJS(),
    );
    const registered = await registeredBy(() => new EgressEnvironment("test", { environment }));
    const byKey = (objects: readonly unknown[]) =>
      objects.map((object) => JSON.stringify(sorted(object))).sort();
    expect(byKey(registered.map(({ inputs }) => inputs))).toEqual(byKey(printed));
    expect(registered.length).toBeGreaterThan(20);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
