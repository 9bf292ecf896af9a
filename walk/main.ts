import Table from "cli-table3";
import { labUp } from "../lab/lab.ts";
import { walkDocument004 } from "./walk-004.ts";

/** `npm start`: a real cluster, document 004 walked on it, and the table of what was expected and what was got. */
const controller = new AbortController();
process.once("SIGINT", () => controller.abort(new Error("interrupted")));
process.stdout.write("Deployed by server-side apply of what `sallyport render` prints, in rollout order.\n");
try {
  await labUp({ signal: controller.signal });
  const rows = await walkDocument004((line) =>
    process.stdout.write(
      typeof line === "string"
        ? `${line}\n`
        : `  ${line.passed ? "ok  " : "FAIL"} ${line.step}: ${line.got}\n`,
    ),
  );
  const table = new Table({
    head: ["step", "command", "expected", "got", ""],
    style: { head: [], border: [] },
  });
  for (const { step, command, expected, got, passed } of rows)
    table.push([step, command, expected, got, passed ? "ok" : "FAIL"]);
  const failed = rows.filter(({ passed }) => !passed).length;
  process.stdout.write(`${table.toString()}\n${rows.length - failed} of ${rows.length} rows as expected\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
