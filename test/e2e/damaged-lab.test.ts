import { expect, it } from "vitest";
import { labStatus, labUp } from "../../lab/lab.ts";
import { onCluster } from "./cluster.ts";

onCluster("lab of its own");

it("a lab with a dead program is damaged, and `lab up` makes it whole", async () => {
  const victim = (await labStatus()).processes.find(({ name }) => name.endsWith("-network-policies"));
  if (victim === undefined) throw new Error("no program enforces network policy");
  process.kill(victim.pid, "SIGKILL");
  await expect.poll(async () => (await labStatus()).phase, { timeout: 5_000 }).toBe("damaged");
  const { alreadyRunning } = await labUp({ signal: new AbortController().signal, display: "silent" });
  expect(alreadyRunning).toBe(false);
  const { phase, processes } = await labStatus();
  expect(phase).toBe("ready");
  expect(processes.filter(({ alive }) => !alive)).toEqual([]);
}, 180_000);
