import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeOnce } from "../../lab/build/cache-entry.ts";
import { makeCacheFolder } from "../../lab/cache-folder.ts";
import { LabError } from "../../lab/errors.ts";
import { folderOf } from "../folders.ts";

describe("a folder of the cache", () => {
  it("is made with those above it, or is there already", async () => {
    const folder = join(folderOf({}), "a/b/c");
    await makeCacheFolder(folder);
    await makeCacheFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it("can't be below a file, which is told with what to do", async () => {
    const file = join(folderOf({ file: "" }), "file");
    const refused = makeOnce(join(file, "x/lab/etcd-1"), async () => expect.unreachable());
    await expect(refused).rejects.toThrow(LabError);
    await expect(refused).rejects.toMatchObject({
      why: expect.stringContaining(`: ${file} is not a folder`),
      fix: expect.stringContaining("XDG_CACHE_HOME"),
    });
  });

  it.runIf(existsSync("/proc/self"))(
    "can't be where the kernel takes no folders, for root neither",
    async () => {
      const refused = makeCacheFolder("/proc/nope/sallyport/lab");
      await expect(refused).rejects.toThrow(LabError);
      await expect(refused).rejects.toThrow("at /proc/nope");
    },
  );
});
