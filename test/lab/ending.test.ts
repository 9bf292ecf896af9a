import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, describe, expect, it } from "vitest";

const ending = new URL("../../lab/process/ending.ts", import.meta.url).href;
/** Works until it is told to end, then cleans up for a while; a command of execa's runs meanwhile, as in the lab. */
const program = `
  import { execa } from "execa";
  import { endingSignal } from ${JSON.stringify(ending)};
  const signal = endingSignal(new Error("asked to end"));
  const command = execa("sleep", ["20"], { cancelSignal: signal, reject: false });
  console.log("works");
  await command;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  console.log("cleaned: " + signal.reason.message);
`;

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Sends the signals, each after its milliseconds, and tells how the program ended. */
async function ask(...signals: readonly [NodeJS.Signals, number][]) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  for (const [signal, milliseconds] of signals) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    child.kill(signal);
  }
  const [code, signal] = await ended;
  return { code, signal, output };
}

const cleaned = { code: 0, signal: null, output: "works\ncleaned: asked to end\n" };

describe.skipIf(process.platform === "win32").concurrent("a process that is asked to end", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "cleans up on %s, while a command runs too",
    async (name) => {
      expect(await ask([name, 0])).toEqual(cleaned);
    },
    15_000,
  );

  it("takes a Ctrl-C that npm hands on for the one that the terminal has sent", async () => {
    expect(await ask(["SIGINT", 0], ["SIGINT", 100])).toEqual(cleaned);
  }, 15_000);

  it("ends at once when it is asked again", async () => {
    expect(await ask(["SIGINT", 0], ["SIGINT", 1_500])).toEqual({
      code: null,
      signal: "SIGINT",
      output: "works\n",
    });
  }, 15_000);
});
