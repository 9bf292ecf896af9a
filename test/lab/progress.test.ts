import { describe, expect, it } from "vitest";
import { groupSteps, runSteps } from "../../lab/progress.ts";
import type { Step } from "../../lab/steps.ts";

const never = new AbortController().signal;

function step(title: string, run: Step["run"] = async () => {}, group?: string): Step {
  return group === undefined ? { title, run } : { title, run, group };
}

describe("steps", () => {
  it("groups neighbours only", () => {
    const steps = [
      step("a"),
      step("b", undefined, "x"),
      step("c", undefined, "x"),
      step("d"),
      step("e", undefined, "x"),
    ];
    const titles = groupSteps(steps).map((group) => group.steps.map(({ title }) => title).join());
    expect(titles).toEqual(["a", "b,c", "d", "e"]);
  });

  it("runs in order, and leaves out what there is no need for", async () => {
    const ran: string[] = [];
    const note = (title: string): Step => step(title, async () => void ran.push(title));
    await runSteps([note("a"), { ...note("b"), skip: async () => "not needed" }, note("c")], never, "silent");
    expect(ran).toEqual(["a", "c"]);
  });

  it("returns only when a failed step's neighbours have stopped", async () => {
    let stopped = false;
    const steps = [
      step("fails", () => Promise.reject(new Error("broken")), "both"),
      step(
        "hears of it",
        (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () =>
              setTimeout(() => {
                stopped = true;
                reject(signal.reason);
              }, 100),
            );
          }),
        "both",
      ),
      step("comes later", async () => expect.unreachable()),
    ];
    await expect(runSteps(steps, never, "silent")).rejects.toThrow("broken");
    expect(stopped).toBe(true);
  });

  it("starts nothing after an interrupt", async () => {
    const interrupted = AbortSignal.abort(new Error("interrupted"));
    await expect(
      runSteps([step("a", async () => expect.unreachable())], interrupted, "silent"),
    ).rejects.toThrow("interrupted");
  });
});
