import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/**
 * check and plan by number of hosts, as the table of docs/performance.md. Each run is a process of its own; the rounds
 * go through all sizes, so that a busy moment of the machine meets them all, and the table has the medians.
 */
const ROUNDS = 3;
const SIZES = [
  { hosts: 0, grants: 0 },
  { hosts: 1_000, grants: 1 },
  { hosts: 2_500, grants: 1 },
  { hosts: 5_000, grants: 1 },
  { hosts: 10_000, grants: 1 },
  { hosts: 10_000, grants: 2 },
  { hosts: 1_000, grants: 10 },
];

const HEAD = ["hosts", "grants each", "s", "user s", "user µs per host", "MB", "plan s", "plan user s"];

interface Run {
  /** `sallyport check` from the start of node to its end. */
  readonly seconds: number;
  readonly user: number;
  readonly megabytes: number;
  /** planEnvironment alone, in a process that read the file before. */
  readonly plan: number;
  readonly planUser: number;
}

const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  const rows = SIZES.map((size, index) => ({
    ...size,
    file: join(folder, `${index}.yaml`),
    runs: [] as Run[],
  }));
  for (const { file, hosts, grants } of rows) writeFileSync(file, environment(hosts, grants));
  for (let round = 0; round < ROUNDS; round++)
    for (const { file, runs } of rows) runs.push({ ...(await check(file)), ...(await plan(file)) });
  const start = median(rows[0]?.runs ?? [], "user");
  const lines = rows.map(({ hosts, grants, runs }) => {
    const user = median(runs, "user");
    return [
      hosts,
      grants,
      median(runs, "seconds").toFixed(2),
      user.toFixed(2),
      hosts === 0 ? "" : (((user - start) / hosts) * 1e6).toFixed(0),
      median(runs, "megabytes").toFixed(0),
      median(runs, "plan").toFixed(2),
      median(runs, "planUser").toFixed(2),
    ];
  });
  process.stdout.write(`${machine()}\n\n${markdown(lines)}`);
} finally {
  rmSync(folder, { recursive: true });
}

async function check(file: string): Promise<Pick<Run, "seconds" | "user" | "megabytes">> {
  const report = "process.on('exit', () => process.stderr.write(JSON.stringify(process.resourceUsage())))";
  const begin = performance.now();
  const { stderr } = await execa(process.execPath, [
    "--import",
    `data:text/javascript,${report}`,
    "cli/main.ts",
    "check",
    file,
  ]);
  const seconds = (performance.now() - begin) / 1000;
  const { userCPUTime, maxRSS } = JSON.parse(stderr) as NodeJS.ResourceUsage;
  return { seconds, user: userCPUTime / 1e6, megabytes: maxRSS / 1024 };
}

async function plan(file: string): Promise<Pick<Run, "plan" | "planUser">> {
  const program = `
    const { loadEnvironment } = await import("./model/load.ts");
    const { planEnvironment } = await import("./plan/plan.ts");
    const { environment } = loadEnvironment(process.argv[1]);
    const begin = performance.now();
    const before = process.cpuUsage();
    planEnvironment(environment);
    const { user } = process.cpuUsage(before);
    console.log(JSON.stringify({ plan: (performance.now() - begin) / 1000, planUser: user / 1e6 }));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program, file]);
  return JSON.parse(stdout) as Pick<Run, "plan" | "planUser">;
}

function median(runs: readonly Run[], key: keyof Run): number {
  return runs.map((run) => run[key]).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? Number.NaN;
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${gigabytes} GB, load ${load}; medians of ${ROUNDS}.`;
}

function markdown(lines: readonly (string | number)[][]): string {
  return [HEAD, HEAD.map(() => "--:"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Every other host by TLS; the grants go to seven namespaces and to thirteen accounts of another, in turn. */
function environment(hosts: number, grants: number): string {
  const entries = Array.from({ length: hosts }, (_, host) => {
    const allow = Array.from({ length: grants }, (_, grant) =>
      grant % 2 === 0
        ? `\n      - from: { namespace: team-${(host + grant) % 7} }`
        : `\n      - from: { serviceAccount: other/account-${(host + grant) % 13} }`,
    );
    return `\n  - host: h${host}.example.com\n    tls: ${host % 2 === 0 ? "none" : "passthrough"}\n    allow:${allow.join("")}`;
  });
  const list = hosts === 0 ? " []" : entries.join("");
  return `environment: bench\ngateways:\n  - { name: egress, namespace: egress }\nhosts:${list}\n`;
}
