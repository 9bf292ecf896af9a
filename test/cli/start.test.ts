import { expect, it } from "vitest";
import { node } from "./sallyport.ts";

const NOTE_MODULES = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
  process.on("exit", () => process.stderr.write(loaded.join("\\n")));`;

// What only a cluster or the engine takes, what node:http brings with it, and what other commands need.
const COSTLY = /\/(?:@kubernetes|@pulumi)\/|^node:http$|\/(?:advice\/suggest|cli\/lab\/lab)\.ts$/;

it.each([
  ["check", "stacks/dev.yaml"],
  ["render", "stacks/dev.yaml"],
  ["matrix", "stacks/dev.yaml", "--format", "csv"],
  ["diff", "stacks/dev.yaml", "stacks/dev.yaml"],
])("%s %s loads no more than it needs", (...args) => {
  const hooks = `data:text/javascript,${encodeURIComponent(NOTE_MODULES)}`;
  const { exit, stderr } = node(["--import", hooks, "cli/main.ts", ...args]);
  expect(exit).toBe(0);
  const loaded = stderr.split("\n");
  expect(loaded.some((url) => url.endsWith("/model/load.ts"))).toBe(true);
  expect(loaded.filter((url) => COSTLY.test(url))).toEqual([]);
});
