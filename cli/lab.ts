import { Command } from "commander";
import { LabError } from "../lab/errors.ts";
import { labDown, labUp } from "../lab/lab.ts";

export function labCommand(): Command {
  const command = new Command("lab");
  command.command("up").action(async () => {
    const controller = new AbortController();
    process.once("SIGINT", () =>
      controller.abort(new LabError("interrupted", "Ctrl-C", "run `sallyport lab up` again")),
    );
    const done = await labUp({ signal: controller.signal });
    console.log(JSON.stringify(done));
  });
  command.command("down").action(async () => await labDown());
  return command;
}
