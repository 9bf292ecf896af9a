import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { EgressEnvironment } from "../../components/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { renderStream } from "../../render/render.ts";
import { environmentOf, STACKS } from "../stacks.ts";
import { registeredBy } from "./mocks.ts";

describe("what the components register", () => {
  it.each(STACKS.flatMap((file) => [{ file }, { file, access: { context: "any" } }]))(
    "equals what render prints of $file, with access to wait in the cluster or without",
    async ({ file, ...more }) => {
      const environment = environmentOf(file);
      const printed = parseAllDocuments(renderStream(planEnvironment(environment))).map((document) =>
        document.toJS(),
      );
      const registered = await registeredBy(() => new EgressEnvironment("test", { environment, ...more }));
      const byKey = (objects: readonly unknown[]) =>
        objects.map((object) => JSON.stringify(sorted(object))).sort();
      expect(byKey(registered.map(({ inputs }) => inputs))).toEqual(byKey(printed));
      expect(registered.length).toBeGreaterThan(20);
    },
  );
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
