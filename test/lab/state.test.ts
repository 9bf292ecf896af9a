import { describe, expect, it } from "vitest";
import { LabError } from "../../lab/errors.ts";
import { parseState } from "../../lab/state/state.ts";

const state = {
  version: 1,
  phase: "ready",
  startedAt: "2030-01-01T00:00:00.000Z",
  bin: "/cache/programs",
  processes: [{ name: "etcd", pid: 7, startTime: "70", command: "etcd", log: "/logs/etcd.log" }],
  createdFolders: ["/var/lib/kubelet"],
  kernelSettings: { "kernel/panic": "0" },
};

describe("the lab's state file", () => {
  it("is read as it was written", () => {
    expect(parseState(JSON.stringify(state))).toEqual(state);
  });

  it.each([
    ["cut off", JSON.stringify(state).slice(0, -9)],
    ["empty", ""],
    ["null", "null"],
    ["another object", "{}"],
    ["without a process's pid", JSON.stringify({ ...state, processes: [{ name: "etcd" }] })],
  ])("that is damaged (%s) is refused, with what to do", (_, text) => {
    expect(() => parseState(text)).toThrow(LabError);
    expect(() => parseState(text)).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("sallyport lab down") }),
    );
  });
});
