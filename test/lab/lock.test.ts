import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { LabError } from "../../lab/errors.ts";

it.skipIf(process.platform !== "linux")(
  "lets one process at a time work on the lab, and says who it is",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "lock-"));
    const lockFile = join(folder, "lock");
    vi.doMock("../../lab/paths.ts", () => ({ lockFile, lockName: `\0sallyport-test-${process.pid}` }));
    const { withLock } = await import("../../lab/state/lock.ts");
    try {
      await withLock("up", async () => {
        const second = withLock("down", async () => expect.unreachable());
        await expect(second).rejects.toThrow(LabError);
        await expect(second).rejects.toThrow(`pid ${process.pid} runs \`lab up\` since`);
        expect(JSON.parse(await readFile(lockFile, "utf8"))).toMatchObject({ doing: "up", pid: process.pid });
      });
      expect(await withLock("down", async () => "free again")).toBe("free again");
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
