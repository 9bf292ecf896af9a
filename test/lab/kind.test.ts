import { expect, it } from "vitest";
import { parse } from "yaml";
import { nodes } from "../../lab/addresses.ts";
import { kindConfiguration } from "../../lab/providers/kind.ts";

it("gives kind the lab's nodes, in the same pools", () => {
  const configuration = parse(kindConfiguration()) as {
    nodes: { role: string; labels?: Record<string, string> }[];
  };
  const workers = configuration.nodes.filter(({ role }) => role === "worker");
  expect(workers.map(({ labels }) => labels?.["lab.sallyport.dev/pool"])).toEqual(
    nodes.map(({ pool }) => pool),
  );
  expect(configuration.nodes.filter(({ role }) => role === "control-plane")).toHaveLength(1);
});
