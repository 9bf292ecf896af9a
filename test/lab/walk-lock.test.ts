import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { LabError } from "../../lab/errors.ts";
import { folderOf } from "../folders.ts";

const folder = folderOf({});
const places = {
  lockFile: join(folder, "lock"),
  lockName: `\0sallyport-walk-${process.pid}`,
  stateDirectory: folder,
  stateFile: join(folder, "state.json"),
};
let phase = "ready";
// What would touch the machine is not there: a failing test must leave a lab that runs alone.
vi.doMock("../../lab/paths.ts", async (original) => ({ ...(await original<object>()), ...places }));
vi.doMock("../../lab/status.ts", () => ({ readStatus: async () => ({ phase }) }));
vi.doMock("../../lab/providers/machine.ts", () => ({ refuseOtherMachines: () => undefined }));
vi.doMock("../../lab/providers/local.ts", () => ({ localSteps: () => [] }));
vi.doMock("../../lab/cluster/remove.ts", () => ({ removeLab: async () => undefined }));
const { labDown, labUp, walkLab } = await import("../../lab/lab.ts");

const ready = {
  version: 1,
  phase: "ready",
  startedAt: "2030-01-01T00:00:00.000Z",
  bin: "/cache/programs",
  processes: [],
  createdFolders: [],
};
const up = () => labUp({ signal: new AbortController().signal, display: "silent" });

describe.skipIf(process.platform !== "linux")("a walk on the lab", () => {
  beforeEach(() => {
    phase = "ready";
    writeFileSync(places.stateFile, JSON.stringify(ready));
  });

  it.each([
    ["another walk", () => walkLab(async () => undefined)],
    ["lab down", labDown],
    [
      "lab up of a damaged lab",
      () => {
        phase = "damaged";
        return up();
      },
    ],
  ])("keeps %s out, and says who walks", async (_, other) => {
    await walkLab(async () => {
      const refused = other();
      await expect(refused).rejects.toThrow(LabError);
      await expect(refused).rejects.toThrow(`pid ${process.pid} runs \`npm start\` since`);
    });
    await expect(other()).resolves.not.toThrow();
  });

  it("leaves `lab up` alone where it changes nothing", async () => {
    await walkLab(async () => expect(await up()).toMatchObject({ alreadyRunning: true }));
  });

  it("needs a lab, which may have ended since it was up", async () => {
    rmSync(places.stateFile);
    await expect(walkLab(async () => expect.unreachable())).rejects.toThrow("no lab runs");
  });
});
