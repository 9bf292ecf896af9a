import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exists, makeOnce } from "../../lab/build/cache-entry.ts";
import { fingerprint } from "../../lab/build/fingerprint.ts";
import { goModuleKey, goModules } from "../../lab/build/go-programs.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sallyport-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("a fingerprint changes with any input and not with their order", () => {
  const whole = fingerprint({ a: "1", b: "2" });
  expect(whole).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint({ b: "2", a: "1" })).toBe(whole);
  expect(fingerprint({ a: "1", b: "3" })).not.toBe(whole);
  expect(fingerprint({ a: "1", c: "2" })).not.toBe(whole);
  expect(fingerprint({ a: "1b", "": "2" })).not.toBe(fingerprint({ a: "1", "": "b2" }));
  expect(fingerprint({ a: Buffer.from("1"), b: "2" })).toBe(whole);
});

test("each Go module has a key of its own, which the compiler is part of", async () => {
  const keys = await Promise.all(
    goModules.map((module) => goModuleKey(module, "go version go1.26.8 linux/amd64")),
  );
  expect(new Set(keys).size).toBe(goModules.length);
  const others = await Promise.all(
    goModules.map((module) => goModuleKey(module, "go version go1.27.0 linux/amd64")),
  );
  expect(others.filter((key) => keys.includes(key))).toEqual([]);
});

test("a folder is made once, whole or not at all", async () => {
  const path = join(directory, "entry");
  const failing = makeOnce(path, async (partial) => {
    await writeFile(join(partial, "half"), "");
    throw new Error("interrupted");
  });
  await expect(failing).rejects.toThrow("interrupted");
  expect(await readdir(directory)).toEqual([]);
  let times = 0;
  const make = async (partial: string) => {
    times += 1;
    await writeFile(join(partial, "file"), "");
  };
  await makeOnce(path, make);
  await makeOnce(path, make);
  expect(times).toBe(1);
  expect(await readdir(path)).toEqual(["file"]);
});

test("what a killed build left is removed by the next one", async () => {
  const path = join(directory, "abandoned");
  // No process has this id: it is above the kernel's greatest.
  const left = `${path}.partial-99999999`;
  await mkdir(left);
  await makeOnce(path, async () => undefined);
  expect(await exists(left)).toBe(false);
});
