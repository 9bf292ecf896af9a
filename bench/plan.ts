import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { execa } from "execa";

/** check and plan by number of hosts, each in a process of its own: seconds, and the most memory it held. */
const RUNS = 3;
const table = new Table({ head: ["hosts", "seconds", "MB", "µs per host"], style: { head: [], border: [] } });
const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  for (const hosts of [1_000, 2_500, 5_000, 10_000]) {
    const file = join(folder, `${hosts}.yaml`);
    writeFileSync(file, environment(hosts));
    const runs: { seconds: number; megabytes: number }[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await measure(file));
    const { seconds, megabytes } = runs.sort((a, b) => a.seconds - b.seconds)[Math.floor(RUNS / 2)] ?? {
      seconds: Number.NaN,
      megabytes: Number.NaN,
    };
    table.push([hosts, seconds.toFixed(2), megabytes.toFixed(0), ((seconds / hosts) * 1e6).toFixed(0)]);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${table.toString()}\n`);

async function measure(file: string): Promise<{ seconds: number; megabytes: number }> {
  const program = `
    const { loadEnvironment } = await import("./model/load.ts");
    const { planEnvironment } = await import("./plan/plan.ts");
    const begin = performance.now();
    planEnvironment(loadEnvironment(process.argv[1]).environment);
    console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, megabytes: process.resourceUsage().maxRSS / 1024 }));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program, file]);
  return JSON.parse(stdout) as { seconds: number; megabytes: number };
}

function environment(hosts: number): string {
  const entries = Array.from(
    { length: hosts },
    (_, index) => `  - host: h${index}.example.com
    tls: ${index % 2 === 0 ? "none" : "passthrough"}
    allow:
      - from: { namespace: team-${index % 7} }
      - from: { serviceAccount: other/account-${index % 13} }`,
  );
  return `environment: bench\ngateways:\n  - { name: egress, namespace: egress }\nhosts:\n${entries.join("\n")}\n`;
}
