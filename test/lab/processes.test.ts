import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive, startTimeOf } from "../../lab/process/identity.ts";
import { identify, stopProcesses } from "../../lab/process/stop.ts";

const children: ChildProcess[] = [];

async function start(script: string): Promise<number> {
  const child = spawn("sh", ["-c", `echo started; ${script}`], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  if (child.stdout) await once(child.stdout, "data");
  return child.pid ?? 0;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe.skipIf(process.platform !== "linux")("processes of the lab", () => {
  it("are known by pid and start time together", async () => {
    const pid = await start("exec sleep 60");
    const startTime = (await startTimeOf(pid)) ?? "";
    expect(await isAlive({ pid, startTime })).toBe(true);
    expect(await isAlive({ pid, startTime: `${startTime}0` })).toBe(false);
  });

  it("leaves alone a process that only has the pid of one of ours", async () => {
    const pid = await start("exec sleep 60");
    await stopProcesses([{ pid, startTime: "1" }]);
    expect(await startTimeOf(pid)).toBeDefined();
  });

  it("ends those that listen, and makes those that don't", async () => {
    const pids = [await start("exec sleep 60"), await start("trap '' TERM; while :; do sleep 0.1; done")];
    await stopProcesses(await identify(pids), 300);
    for (const pid of pids) expect(await startTimeOf(pid)).toBeUndefined();
  });
});
