import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderOf } from "../folders.ts";
import { sallyport } from "./sallyport.ts";

it("what Node compiles is kept in the user's own cache", () => {
  const cache = folderOf({});
  const run = sallyport(["check", "stacks/dev.yaml"], { env: { ...process.env, XDG_CACHE_HOME: cache } });
  expect(run).toMatchObject({ exit: 0, stderr: "" });
  const compiled = join(cache, "sallyport", "compiled");
  expect(readdirSync(compiled, { recursive: true }).length).toBeGreaterThan(50);
  // Whoever can write there could run code as this user.
  expect(statSync(compiled).mode & 0o022).toBe(0);
});

it("a cache that can't be written keeps nobody from checking", () => {
  const file = join(folderOf({ file: "" }), "file");
  const run = sallyport(["check", "stacks/dev.yaml"], { env: { ...process.env, XDG_CACHE_HOME: file } });
  expect(run).toMatchObject({ exit: 0, stderr: "" });
});
