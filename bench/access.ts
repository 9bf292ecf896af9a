import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";
import { commandCost, type ProcessCost } from "./processes.ts";

/**
 * `matrix` and `diff` by number of hosts and accounts, each run a process of its own: medians of some rounds. Of the
 * two environments that are compared, one has another host for one of the other's.
 */
const ROUNDS = 3;
const SIZES = [
  { hosts: 100, accounts: 20 },
  { hosts: 1_000, accounts: 200 },
  { hosts: 10_000, accounts: 1_000 },
];
/** Each host has two callers of all the accounts. */
const CALLERS = 2;

const HEAD = ["hosts", "accounts", "command", "s", "user s", "MB"];

const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  const lines: (string | number)[][] = [];
  for (const { hosts, accounts } of SIZES) {
    const [before, after] = [join(folder, "before.yaml"), join(folder, "after.yaml")];
    writeFileSync(before, environment(hosts, accounts, "old"));
    writeFileSync(after, environment(hosts, accounts, "new"));
    const commands = [
      ["matrix", after, "--format", "json"],
      ["diff", before, after, "--format", "json", "--fail-on", "none"],
    ];
    for (const command of commands) {
      const runs: ProcessCost[] = [];
      for (let round = 0; round < ROUNDS; round++) runs.push(await commandCost(command));
      const middle = (key: keyof ProcessCost) => median(runs.map((run) => run[key]));
      const [seconds, user] = [middle("seconds").toFixed(2), middle("user").toFixed(2)];
      lines.push([hosts, accounts, command[0] ?? "", seconds, user, middle("megabytes").toFixed(0)]);
    }
  }
  process.stdout.write(`${machine()}; medians of ${ROUNDS}.\n\n${markdown(HEAD, lines)}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Every other host by TLS. @param last the first label of the last host */
function environment(hosts: number, accounts: number, last: string): string {
  const entries = Array.from({ length: hosts }, (_, host) => {
    const name = host === hosts - 1 ? last : `h${host}`;
    const callers = Array.from({ length: CALLERS }, (_, index) => (host * CALLERS + index) % accounts);
    const allow = callers.map((account) => `{ from: { serviceAccount: team-${account % 20}/a${account} } }`);
    const tls = host % 2 === 0 ? "none" : "passthrough";
    return `  - { host: ${name}.example.com, tls: ${tls}, allow: [${allow.join(", ")}] }\n`;
  });
  return `environment: bench\nowner: bench\ngateways: [{ name: egress, namespace: egress }]\nhosts:\n${entries.join("")}`;
}
